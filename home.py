"""The first page."""

from csg_maps.views import home_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("home")
home_view.show()
close_shell()
