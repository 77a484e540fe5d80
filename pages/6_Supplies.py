"""Whose data is due, late or missing, and what to write to them."""

from csg_maps.views import supplies_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("supplies")
supplies_view.show()
close_shell()
