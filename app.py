"""The ASGI application: `streamlit run app.py`. It refuses unsafe settings, then serves the pages with its headers."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from csg_maps.layers.assets import routes
from csg_maps.layers.documents import Documents
from csg_maps.layers.headers import SecurityHeaders
from csg_maps.layers.tiles import tile_routes
from csg_maps.views import startup

startup.check_settings()
page, policy, frame = startup.documents()
base_path = startup.base_path()

app = st.App(
    "home.py",
    routes=[*routes(base_path), *tile_routes(startup.basemap_folder, base_path)],
    middleware=[
        Middleware(SecurityHeaders, policy=policy, base_path=base_path, tile_host=startup.tile_host()),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(startup.allowed_hosts()), www_redirect=False),
        Middleware(Documents, page=page, frame=frame, base_path=base_path),
    ],
)
