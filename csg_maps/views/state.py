"""The one owner of `st.session_state`: what a person's session remembers, each with a getter and a setter.

Keys of widgets belong to their pages and never start with `csg.`.
"""

from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from csg_maps.i18n import LANGUAGES

_PREFIX = "csg."
Value = TypeVar("Value")


@dataclass(frozen=True)
class Selection:
    """The place whose profile is open: a cell (int64; 0 = none) at the resolution shown, or an area of a layer."""

    cell: int = 0
    layer_id: str = ""
    area_code: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return not self.cell and not self.area_code


@dataclass(frozen=True)
class MapMemory:
    """What a map has told already: the click last acted on, and the filter it was made under."""

    click: tuple[float, float] | None = None
    filter_key: str = ""


def _get(name: str, otherwise: Value) -> Value:
    found = st.session_state.get(_PREFIX + name, otherwise)
    return found if isinstance(found, type(otherwise)) else otherwise


def _set(name: str, value: object) -> None:
    st.session_state[_PREFIX + name] = value


def language() -> str:
    """The language that this session is shown: "en" or "cy"."""
    chosen = _get("language", "en")
    return chosen if chosen in LANGUAGES else "en"


def set_language(code: str) -> None:
    """Choose the language; an unknown code is English."""
    _set("language", code if code in LANGUAGES else "en")


def key_in_language(page: str, without_default: tuple[str, ...]) -> str:
    """The first part of the keys of a page's widgets, one for each language.

    A browser keeps showing the words of a choice in the language that it was made in, as long as the widget keeps its
    key. The choices named (of widgets without a default of their own) are carried along when the language changes.
    """
    now = language()
    for name in without_default:
        new = f"{page}.{now}.{name}"
        for other in LANGUAGES:
            old = f"{page}.{other}.{name}"
            if new not in st.session_state and old in st.session_state:
                st.session_state[new] = st.session_state[old]
    return f"{page}.{now}"


def begins_with(key: str, name: str, otherwise: Value) -> Value:
    """The value that a widget with a default of its own begins with: what the same widget said in another language.

    `key` is what `key_in_language` returned. The answer stays the same while the widget lives, as its default must.
    """
    page, _dot, now = key.rpartition(".")
    begun = f"begins.{key}.{name}"
    if f"{key}.{name}" not in st.session_state:
        said = [st.session_state.get(f"{page}.{other}.{name}") for other in LANGUAGES if other != now]
        remember(begun, next((value for value in said if value is not None), otherwise))
    return remembered(begun, otherwise)


def selection() -> Selection:
    """The place that is open; an empty Selection when none is."""
    return _get("selection", Selection())


def set_selection(chosen: Selection) -> None:
    """Open another place, or none."""
    _set("selection", chosen)


def map_memory(key: str) -> MapMemory:
    """What the map of this key has told already."""
    return _get(f"map.{key}", MapMemory())


def set_map_memory(key: str, memory: MapMemory) -> None:
    """Remember what a map told."""
    _set(f"map.{key}", memory)


def running_job() -> str:
    """The id of the job that this session started and still watches; "" when none."""
    return _get("job", "")


def set_running_job(job_id: str) -> None:
    """Watch a job, or none ("")."""
    _set("job", job_id)


def remembered(name: str, otherwise: Value) -> Value:
    """Something a page keeps for this session under its own name ("upload.step"); `otherwise` when nothing of that type is."""
    return _get("page." + name, otherwise)


def remember(name: str, value: object) -> None:
    """Keep something for this session under a page's own name."""
    _set("page." + name, value)


def forget(name: str) -> None:
    """Let go of what `remember` kept."""
    st.session_state.pop(_PREFIX + "page." + name, None)
