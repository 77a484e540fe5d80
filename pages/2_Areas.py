"""Boundaries that counts are made for."""

from csg_maps.views import areas_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("areas")
areas_view.show()
close_shell()
