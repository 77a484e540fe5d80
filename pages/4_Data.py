"""Every batch that was added, and taking one back."""

from csg_maps.views import data_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("data")
data_view.show()
close_shell()
