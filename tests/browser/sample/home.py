"""A page for the browser tests of the map: a hundred made-up cells in the sea, their classes, and what a click says."""

import h3.api.basic_int as h3
import numpy as np
import shapely
import streamlit as st

from csg_maps.layers.base_layer import base_shapes
from csg_maps.layers.hotspot_layer import class_shapes, hotspot_layer, outline_shapes
from csg_maps.layers.legend import legend
from csg_maps.layers.map_page import make_map
from csg_maps.views.map_view import show_legend, show_map
from csg_maps.views.shell import close_shell, open_shell
from csg_maps.views.state import Selection, selection, set_selection

open_shell("home")
RESOLUTION = 9
CENTRE = (52.42, -4.8)
BOUNDS = (52.392, -4.85, 52.448, -4.75)
cells = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(*CENTRE, RESOLUTION), 7)), dtype=np.int64)
seed = st.radio("Filter", [1, 2, 3], horizontal=True)
distance = np.array([h3.grid_distance(int(cell), h3.latlng_to_cell(*CENTRE, RESOLUTION)) for cell in cells])
noise = np.random.default_rng(seed).integers(-1, 2, len(cells))
classes = np.where(distance == 7, -1, np.clip(6 - distance + noise, 0, 5))

island = shapely.Point(-4.8, 52.42).buffer(0.05)
island = shapely.transform(island, lambda points: points * [1.0, 0.55] + [0.0, 52.42 * 0.45])
streets = [shapely.LineString([(-4.845, 52.42 + k * 0.006), (-4.755, 52.42 + k * 0.006)]) for k in range(-3, 4)] + [
    shapely.LineString([(-4.8 + k * 0.01, 52.395), (-4.8 + k * 0.01, 52.445)]) for k in range(-3, 4)
]
ground = base_shapes(
    land=[island],
    parks=[shapely.box(-4.79, 52.43, -4.775, 52.437)],
    water=[shapely.LineString([(-4.83, 52.44), (-4.81, 52.42), (-4.82, 52.4)])],
    streets=streets,
    main_streets=[streets[3], streets[10]],
)
ranked = cells[np.argsort(-classes, kind="stable")]
chosen = selection()
shapes = class_shapes(cells, classes)
if chosen.cell:
    shapes += outline_shapes(np.array([chosen.cell], dtype=np.int64))
left, right = st.columns([3, 1])
with left:
    click = show_map(
        make_map(ground, BOUNDS),
        [hotspot_layer(shapes, ranked[:10])],
        key="sample",
        filter_key=str(seed),
        bounds=BOUNDS,
    )
with right:
    show_legend(
        legend(
            [
                (5, "Most", "21 or more"),
                (4, "High", "13 to 20"),
                (3, "Medium", "8 to 12"),
                (2, "Low", "5 to 7"),
                (1, "Least", "1 to 4"),
                (0, "None", "0"),
                (-1, "No data", "not known"),
            ]
        ),
        "Concerns",
    )
if click:
    set_selection(Selection(cell=h3.latlng_to_cell(click.latitude, click.longitude, RESOLUTION)))
    st.rerun()
st.text(f"Selected: {chosen.cell:x}" if chosen.cell else "Selected: none")
st.subheader("Ranking")
st.table({"Place": [f"{cell:x}" for cell in ranked[:10]], "Class": sorted(classes, reverse=True)[:10]})
close_shell()
