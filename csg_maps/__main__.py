"""`python -m csg_maps`: the workflows without a browser."""

from csg_maps.cli import main

if __name__ == "__main__":
    main()
