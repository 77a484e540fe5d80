"""What a map is made of: shapes of fixed style, the page that holds them, and the files and headers that serve it.

Nothing that came from a file or a form ever enters a layer: folium compiles every text it is given as a template, on the
server, and puts it into the page. A `Shape` is numbers and the name of a style; there is no parameter for a text. Read
`shapes`, then `map_page`; `assets`, `documents` and `headers` are what `app.py` serves.
"""
