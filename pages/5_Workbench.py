"""Rows that were set aside: mend them, or refuse them."""

from csg_maps.views import workbench_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("workbench")
workbench_view.show()
close_shell()
