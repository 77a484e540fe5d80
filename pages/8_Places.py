"""The register of places, one place, and a proposal."""

from csg_maps.views import places_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("places")
places_view.show()
close_shell()
