"""Public places that matter: schools, stops, parks, safe places and others."""

from csg_maps.views import assets_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("assets")
assets_view.show()
close_shell()
