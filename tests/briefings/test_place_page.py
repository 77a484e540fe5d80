"""The printed page says the same three times: on its map, in its tables and in its words; and whatever is typed stays text."""

import base64
import datetime
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from csg_maps import i18n
from csg_maps.briefings.place_page import PlacePage, Table, place_page
from csg_maps.errors import InputRefused, SchemaBroken
from csg_maps.geography.cells import parents, polygons
from csg_maps.i18n import speaking
from csg_maps.layers.palette import style
from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.registered_place import FirstAction
from csg_maps.model.vocabulary import labels
from csg_maps.store import audit
from csg_maps.store.workspace import Store, create_store
from csg_maps.workflows import place_ground, place_printing, place_register, place_story
from tests.places_demo import proposal
from tests.store.synthetic import made_up, seal_frame

TODAY = datetime.date(2026, 11, 24)
HOSTILE = (
    "<script>alert(1)</script> {{7*7}} {# lost #} {% raw ${window.X=1} ![x](http://e/x.png) <img src=x onerror=alert(1)> "
    '"><svg onload=alert(1)> </title></style><h1>Up</h1> &lt;b&gt; =1+1'
)


class _Reader(HTMLParser):
    """The document as a person reads it: its elements, tables (caption → rows) and all text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self._rows: list[list[str]] = []
        self._caption = ""
        self._open = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in {"td", "th"}:
            self._rows[-1].append("")
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.tables[self._caption] = self._rows
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in {"style", "script"}:
            return
        self.text += data
        if self._open == "caption":
            self._caption += data
        elif self._open in {"td", "th"}:
            self._rows[-1][-1] += data


@pytest.fixture(scope="module")
def concerns() -> pd.DataFrame:
    return made_up(6000, seed=3, places=300)


@pytest.fixture
def store(tmp_path: Path, concerns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    store = create_store(tmp_path / "store")
    seal_frame(store, concerns.copy())
    return store


@pytest.fixture
def busy(concerns: pd.DataFrame) -> tuple[int, ...]:
    """The ground of the busiest cell about 350 m across."""
    placed = concerns.loc[concerns["cell"] != 0, "cell"].to_numpy()
    found, counts = np.unique(parents(placed, 9), return_counts=True)
    return place_ground.ground_of_cells([int(found[counts.argmax()])]).cells


def _page(store: Store, **changes: object) -> tuple[str, place_register.OpenedPlace]:
    place = place_register.propose(store, LOCAL_ACTOR, proposal(**{"name": "Mill Lane", **changes}), TODAY)
    opened = place_register.open_place(store, LOCAL_ACTOR, place.reference)
    return place_printing.html_page(store, LOCAL_ACTOR, opened), opened


def test_its_tables_hold_the_counts_of_the_records_in_its_cells(
    store: Store, concerns: pd.DataFrame, busy: tuple[int, ...]
) -> None:
    document, _opened = _page(store, cells=busy)
    read = _Reader(document)
    inside = concerns[concerns["cell"] != 0]
    inside = inside[np.isin(parents(inside["cell"].to_numpy(), 10), busy)]
    assert len(inside) > 30
    assert f"{len(inside)} concerns" in read.text
    harms = {row[0]: int(row[1]) for row in read.tables["By harm"][1:]}
    assert harms == {labels("harms")[code]: count for code, count in inside["harm"].value_counts().items()}
    agencies = {row[0]: int(row[1]) for row in read.tables["Who knows"][1:]}
    assert agencies == {"Police": len(inside)}
    dated = inside[inside["occurred_from"].notna() & (inside["time_precision"] != "year")]
    months = read.tables["By month (blank: outside the data)"]
    for month, count in dated["occurred_from"].dt.strftime("%Y-%m").value_counts().items():
        row = next(row for row in months[1:] if row[0] == month[:4])
        assert int(row[int(month[5:])]) == count, month
    assert sum(int(row[-1]) for row in months[1:]) == len(dated)
    unknown = len(inside) - len(dated)
    assert f"In which month: not known for {unknown} of {len(inside)}." in read.text
    week = read.tables["By weekday and hour, as far as known"]
    exact = inside[inside["time_precision"].isin(["minute", "hour"])]
    assert sum(int(value) for row in week[1:] for value in row[1:]) == len(exact)
    assert (
        int(week[1][1 + 5])
        == ((exact["occurred_from"].dt.day_of_week == 0) & (exact["occurred_from"].dt.hour // 3 == 5)).sum()
    )


def test_its_map_shows_the_cells_that_its_words_and_counts_are_of(store: Store, busy: tuple[int, ...]) -> None:
    document, opened = _page(store, cells=busy)
    read = _Reader(document)
    assert f"{len(busy)} cells about 130 m across" in read.text
    image = next(attributes for tag, attributes in read.tags if tag == "img")
    assert f"{len(busy)} cells" in str(image["alt"])
    data = str(image["src"]).removeprefix("data:image/png;base64,")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)
    ink = np.array([int(style("place").outline[start : start + 2], 16) for start in (1, 3, 5)])
    rows, columns = np.nonzero(np.abs(pixels - ink).sum(axis=2) < 60)
    south, west, north, east = place_ground.bounds_around(opened.place.cells)
    outline = polygons(np.array(busy, dtype=np.int64))
    bounds = np.array([polygon.bounds for polygon in outline])
    width, height = bounds[:, 2].max() - bounds[:, 0].min(), bounds[:, 3].max() - bounds[:, 1].min()
    across = (columns.max() - columns.min()) / pixels.shape[1]
    down = (rows.max() - rows.min()) / pixels.shape[0]
    # one scale both ways, so the picture shows more than the bounds in one direction
    scale = min(pixels.shape[1] / ((east - west) * np.cos(np.radians(south))), pixels.shape[0] / (north - south)) * 0.94
    assert across == pytest.approx(width * np.cos(np.radians(south)) * scale / pixels.shape[1], rel=0.08)
    assert down == pytest.approx(height * scale / pixels.shape[0], rel=0.08)
    middle = (rows.max() + rows.min()) / 2 / pixels.shape[0], (columns.max() + columns.min()) / 2 / pixels.shape[1]
    assert middle == pytest.approx((0.5, 0.5), abs=0.02)


def test_the_page_and_the_screen_have_the_same_numbers(store: Store, busy: tuple[int, ...]) -> None:
    document, opened = _page(store, cells=busy)
    told = place_story.story(store, LOCAL_ACTOR, opened.place, opened.actions)
    read = _Reader(document)
    for row in read.tables["By month (blank: outside the data)"][1:]:
        for number, text in enumerate(row[1:13], start=1):
            held = told.by_month.loc[told.by_month["month"] == f"{row[0]}-{number:02d}", "count"]
            assert text == ("" if held.empty else str(held.iloc[0]))
    for line in place_story.where_words(opened.place, told):
        assert line in read.text
    for line in told.not_known:
        assert line in read.text


def test_young_people_come_first_and_are_said_not_to_be_asked_when_nobody_asked(
    store: Store, busy: tuple[int, ...]
) -> None:
    headings = re.findall(r"<h2>([^<]*)</h2>", _page(store, cells=busy)[0])
    assert headings[:3] == ["What young people say", "Why this place", "Where"]
    assert "Not asked yet. Ask before deciding what to change." in _Reader(_page(store, cells=busy)[0]).text
    asked = _page(store, cells=busy, young_people="The light is broken.", asked_on="2026-10-01")[0]
    assert "The light is broken." in asked
    assert "Asked on 1 October 2026" in asked
    assert "Not asked yet" not in asked


def test_attack_001_hostile_texts_of_every_field_are_letters_on_the_page(store: Store, busy: tuple[int, ...]) -> None:
    action = FirstAction(HOSTILE, "environment", "police", HOSTILE[:70], "2089-01-01")
    document, opened = _page(
        store,
        cells=busy,
        name=HOSTILE[:70],
        name_cy="<b>{{7*7}}</b>",
        why=HOSTILE,
        young_people=HOSTILE,
        asked_on="2026-01-01",
        strengths=(HOSTILE[:110], "{{config}}"),
        action=action,
    )
    read = _Reader(document)
    assert {tag for tag, _attributes in read.tags} <= {
        "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "div", "p", "h1", "h2", "ul",
        "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "img",
    }  # fmt: skip
    assert not [name for _tag, attributes in read.tags for name in attributes if name.startswith("on")]
    assert [attributes["src"][:11] for tag, attributes in read.tags if tag == "img"] == ["data:image/"]  # type: ignore[index]
    assert sum(tag == "h1" for tag, _attributes in read.tags) == 1
    assert read.text.count("<script>alert(1)</script> {{7*7}} {# lost #}") >= 3, "shown, not run and not lost"
    styles = document.partition("</style>")[2]
    assert "{" not in styles, "nothing that a template engine would read"
    assert opened.place.why == HOSTILE


def test_it_is_marked_at_both_ends_and_asks_nothing_of_anybody(store: Store, busy: tuple[int, ...]) -> None:
    document, opened = _page(store, cells=busy, marking="OFFICIAL")
    read = _Reader(document)
    assert read.text.split()[:2] == ["OFFICIAL", "–"] or read.text.strip().startswith("OFFICIAL")
    assert read.text.strip().endswith("OFFICIAL")
    assert 'content: "OFFICIAL"' in document
    assert "http:" not in document
    assert "https:" not in document
    policies = [attributes["content"] for tag, attributes in read.tags if attributes.get("http-equiv")]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]
    assert place_printing.file_name(opened.place) == f"OFFICIAL_{opened.place.reference}.html"
    assert audit.entries(store)["action"].iloc[-1] == "export"


def test_it_is_in_the_language_of_its_reader(store: Store, busy: tuple[int, ...]) -> None:
    _document, opened = _page(store, cells=busy, name_cy="Lôn y Felin")
    with speaking("cy"):
        welsh = place_printing.html_page(store, LOCAL_ACTOR, opened)
    assert '<html lang="cy">' in welsh
    assert "<h1>Lôn y Felin</h1>" in welsh
    assert "Tachwedd" in welsh or "Rhagfyr" in welsh
    assert i18n.language() == "en"


def test_it_holds_no_id_of_a_record_and_no_cell(store: Store, concerns: pd.DataFrame, busy: tuple[int, ...]) -> None:
    document, _opened = _page(store, cells=busy)
    assert not any(f"{cell:x}" in document or str(cell) in document for cell in busy)
    assert not any(str(reference) in document for reference in concerns["source_ref"].head(500))


def test_a_place_without_any_concern_says_that_silence_is_not_safety(store: Store) -> None:
    read = _Reader(_page(store)[0])  # the demo's bus station: nothing of Bedford lies there
    assert "Silence is not safety" in read.text
    assert "By harm" not in read.tables


def test_a_marking_or_language_that_is_not_on_the_list_is_refused() -> None:
    empty = Table("", (), ())
    page = PlacePage("en", "OFFICIAL", "P", "n", "", "", "", "", "", "", b"", (), "", (), (), empty, (), "", "", (), ())
    assert "<h1>n</h1>" in place_page(page)
    for wrong in ({"marking": '"; } body { background: url(//e) '}, {"language": '"><script>'}):
        with pytest.raises(SchemaBroken):
            place_page(PlacePage(**{**page.__dict__, **wrong}))


def test_writing_it_needs_a_name_that_ends_in_html(store: Store, busy: tuple[int, ...], tmp_path: Path) -> None:
    _document, opened = _page(store, cells=busy)
    for out in (tmp_path / "page.pdf", tmp_path / "none" / "page.html"):
        with pytest.raises(InputRefused, match=r"\.html"):
            place_printing.write_page(store, LOCAL_ACTOR, opened, out)
    place_printing.write_page(store, LOCAL_ACTOR, opened, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
