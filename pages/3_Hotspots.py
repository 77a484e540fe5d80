"""The map of hotspots, its filters, and the profile of a place."""

from csg_maps.views import hotspots_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("hotspots")
hotspots_view.show()
close_shell()
