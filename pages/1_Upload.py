"""Bring in a file, step by step."""

from csg_maps.views import upload_view
from csg_maps.views.shell import close_shell, open_shell

open_shell("upload")
upload_view.show()
close_shell()
