"""Payloads in every place where a page shows the text of a file or a form: shown as it is, never acted on.

`read_as_markdown` is what a browser would read as markdown; there no mark of a payload may stand without its backslash.
"""

import datetime
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from csg_maps.model.actor import LOCAL_ACTOR
from csg_maps.model.filters import CellPlace, ConcernFilter
from csg_maps.store.workspace import open_store
from csg_maps.views import wording
from csg_maps.workflows import boundaries, explore, jobs, supplies
from tests.commands import run

ROOT = Path(__file__).resolve().parent.parent.parent
CANARY = "csg-canary-ran"
POPEN = "{{cycler.__init__.__globals__.os.popen('touch " + CANARY + "').read()}}"
PAYLOADS = {
    1: ["{{7*7}}", POPEN],
    3: ["{# lost #}", "{% raw", "{{"],
    4: ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"],
    5: ["${window.X=1}", "&#36;{window.X=1}"],
    7: ["![x](https://elsewhere.example/a.png)", "[x](https://elsewhere.example/b) `c` **d** :red[e] $f$ | g"],
}
TEXTS = [text for texts in PAYLOADS.values() for text in texts]
ALL = " ".join(TEXTS)
LOUD = re.compile(r"(?<!\\)(!\[|\]\(|<img|\{\{|\{#|\{%|\$\{|`c`|\*\*d|:red\[|\$f|&lt;|&#36;)")
"""Marks of the payloads as markdown would act on them: none of ours stands in a text of the app itself."""
OWN_PICTURE = re.compile(r"!\[\]\(data:image/svg\+xml;base64,[A-Za-z0-9+/=]+\)")
"""The symbols of the legend, which are ours."""

MARKDOWN_ELEMENTS = ("markdown", "caption", "error", "warning", "success", "info", "title", "header", "subheader")
LABELLED = (
    "button", "checkbox", "expander", "multiselect", "number_input", "radio", "select_slider", "selectbox", "slider",
    "tabs", "text_input", "date_input", "file_uploader", "metric", "toggle",
)  # fmt: skip


def read_as_markdown(at: AppTest) -> list[str]:
    """Every text on the page that the browser reads as markdown: elements, labels, help, cells of tables, links."""
    assert not at.exception, [entry.value for entry in at.exception]
    found: list[str] = []
    for kind in MARKDOWN_ELEMENTS:
        found += [str(element.value) for element in getattr(at, kind)]
    for kind in LABELLED:
        for element in at.get(kind):
            found += [str(getattr(element, name, "") or "") for name in ("label", "help", "caption")]
    for element in at.radio:
        found += [str(option) for option in element.options]
    for element in at.get("progress") + at.get("page_link") + at.get("download_button"):
        found.append(str(element.proto))
    for element in at.table:
        frame = element.value
        found += [str(value) for value in frame.to_numpy().ravel()] + [
            str(value) for value in (*frame.index, *frame.columns)
        ]
    return found


def is_inert(at: AppTest) -> None:
    for text in read_as_markdown(at):
        text = OWN_PICTURE.sub("", text)
        assert not LOUD.search(text), text
        assert CANARY not in text or "\\" in text


def literal(at: AppTest, text: str) -> bool:
    """Whether the page shows the text: escaped where markdown is read, as it is where nothing is."""
    plain = [str(element.value) for element in at.text]
    chosen = [
        str(option) for kind in ("selectbox", "multiselect") for element in at.get(kind) for option in element.options
    ]
    return any(wording.plain(text) in shown for shown in read_as_markdown(at)) or any(
        text in shown for shown in plain + chosen
    )


@pytest.fixture(autouse=True)
def nothing_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("CSG_DATABASE_URL", raising=False)
    monkeypatch.setenv("CSG_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    yield
    for folder in (tmp_path, ROOT):
        assert not (folder / CANARY).exists(), "a payload was executed"


def wards(path: Path, name: str, code: str = "W1") -> Path:
    def ward(number: int, west: float) -> dict[str, object]:
        ring = [[west, 52.0], [west + 0.3, 52.0], [west + 0.3, 52.4], [west, 52.4], [west, 52.0]]
        facts = {"code": code if number == 1 else f"W{number}", "name": f"{name} {number}"}
        return {"type": "Feature", "properties": facts, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    content = {"type": "FeatureCollection", "features": [ward(1, -0.6), ward(2, -0.3)]}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def filled(tmp_path: Path) -> Path:
    """A store whose every text is a payload: layer, areas, codes, agreement, purpose, gaps, words, reasons."""
    store = tmp_path / "store"
    assert run("init", "--store", store).exit_code == 0
    layer = wards(tmp_path / "w.geojson", ALL, "<img src=x onerror=alert(1)>")
    added = run(
        "areas",
        "add",
        layer,
        "--store",
        store,
        "--layer",
        "a <img> {{7*7}} ![x](e)",
        "--code",
        "code",
        "--name",
        "name",
    )
    assert added.exit_code == 0, added.output
    rows = [
        f'2024-03-{1 + number % 28:02},52.1{number % 10}1,-0.45{number % 7},"{TEXTS[number % len(TEXTS)]}"'
        for number in range(60)
    ]
    rows.append('2024-03-01,62.1,-0.45,"{{7*7}} ![x](https://elsewhere.example/q.png)"')
    (tmp_path / "c.csv").write_text("\n".join(["date,lat,lng,harm", *rows]), encoding="utf-8")
    done = run(
        "import", tmp_path / "c.csv", "--store", store, "--agency", "police", "--agreement", ALL, "--purpose", ALL,
        "--known-gaps", ALL, "--share-with", "all", "--retain-until", "2090-01-01",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return store


def open_page(script: str = "") -> AppTest:
    at = AppTest.from_file(str(ROOT / "home.py"), default_timeout=240).run()
    return at.switch_page(f"pages/{script}").run() if script else at


def the_map(at: AppTest) -> str:
    """What goes to the browser for the map of the page, as text."""
    frames = [element for element in at.main if "folium" in str(getattr(element, "proto", ""))] or at.get(
        "component_instance"
    )
    assert frames, "no map on the page"
    return str([element.proto for element in frames])


def test_attack_001_003_004_005_007_texts_of_a_store_are_inert_on_every_page(tmp_path: Path) -> None:
    store = filled(tmp_path)
    for script in ("", "2_Areas.py", "3_Hotspots.py", "4_Data.py", "1_Upload.py"):
        at = open_page(script)
        is_inert(at)
        if script in {"", "2_Areas.py", "3_Hotspots.py"}:
            sent = the_map(at)
            assert "L.polygon" in sent or "csg-" in sent
            for mark in ("onerror", "7*7", "popen", "window.X", "elsewhere", "lost"):
                assert mark not in sent
        if script == "2_Areas.py":
            assert literal(at, f"{ALL} 1") and literal(at, "a <img> {{7*7}} ![x](e)")
        if script == "3_Hotspots.py":
            assert literal(at, ALL)
            table = explore.hotspots(open_store(store), LOCAL_ACTOR, ConcernFilter(), CellPlace(9)).table
            at.selectbox(key="hotspots.open").set_value(int(table["cell"].iloc[0])).run()
            is_inert(at)
            assert any(wording.plain(ALL) in element.value for element in at.subheader)
            (layer,) = boundaries.list_layers(open_store(store), LOCAL_ACTOR)
            at.selectbox(key="hotspots.en.place").set_value(f"area:{layer['layer']}").run()
            assert literal(at, ALL)
            is_inert(at)
        if script == "4_Data.py":
            batch = supplies.list_supplies(open_store(store), LOCAL_ACTOR)[0]["batch_id"]
            at.selectbox(key="data.batch").select(batch).run()
            is_inert(at)
            assert sum(wording.plain(ALL) in text for text in read_as_markdown(at)) >= 3
            at.selectbox(key="data.aside").select(batch).run()
            is_inert(at)
            at.text_input(key="data.why").input(ALL).run()
            at.button(key="data.withdraw").click().run()
            is_inert(at)
            assert literal(at, f"Withdrawn: {ALL}")


HOSTILE_NAMES = ['"><img src=x onerror=alert(1)>.csv', "../../x.csv", "CON.csv", "a\u202egnp.csv", f"{'x' * 300}.csv", "![x](https://elsewhere.example/n.png) {{7*7}}.csv"]  # fmt: skip


def until_idle(at: AppTest, seconds: float = 240) -> None:
    """Run the page again, as its fragment does, until no job is under way."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        at.run()
        if at.session_state["csg.page.upload.step"] not in {"looking", "importing"}:
            return
        if not at.get("progress"):
            return
        time.sleep(0.3)
    raise AssertionError("the job did not end")


def test_attack_001_003_004_005_007_009_a_hostile_file_through_the_upload_page(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run("init", "--store", store).exit_code == 0
    headings = ["date", "lat", "lng", "harm", ALL, "name {{7*7}} <img src=x onerror=alert(1)>"]
    rows = [
        f'0{1 + number % 9}/0{1 + number % 9}/2024,52.1{number % 10}1,-0.45{number % 7},"{TEXTS[number % len(TEXTS)]}","{ALL}",Ann Jones'
        for number in range(40)
    ]
    quoted = ",".join(f'"{heading}"' for heading in headings)
    good = "\n".join([quoted, *rows]).encode()
    files = [(HOSTILE_NAMES[0], good, "text/csv")]
    files += [
        (name, good + f"\n0{number}/01/2024,52.1,-0.4,x,y,z".encode(), "text/csv")
        for number, name in enumerate(HOSTILE_NAMES[1:], 1)
    ]
    files.append(
        ("%PDF <img src=x onerror=alert(1)> ![x](https://elsewhere.example/p.png).csv", b"%PDF-1.7 x", "text/csv")
    )
    at = open_page("1_Upload.py")
    at.selectbox(key="upload.agency.widget").select("police").run()
    at.file_uploader(key="upload.files.widget").set_value(files).run()
    at.button(key="upload.look").click().run()
    is_inert(at)
    job = at.session_state["csg.job"]
    staged = sorted(path.name for path in (store / "staging" / job).glob("[0-9]*"))
    assert staged == [f"{number:03d}" for number in range(len(files))], "stored under generated names only"
    until_idle(at)
    is_inert(at)
    assert at.session_state["csg.page.upload.step"] == "columns"
    assert literal(at, HOSTILE_NAMES[0]) and literal(at, ALL)
    for word in ("{{7*7}}", "<img src=x onerror=alert(1)>", "![x](https://elsewhere.example/a.png)"):
        assert any(wording.plain(word) == element.label for element in at.selectbox), word
    for element in at.checkbox:
        if "Leave this column out" in element.label:
            element.check()
    for element in at.radio:
        if element.key and ".format." in element.key:
            element.set_value(element.options[0])
    at.text_input(key="provenance.agreement.police").input(ALL)
    at.text_input(key="provenance.purpose.police").input(ALL)
    at.text_input(key="provenance.gaps.police").input(ALL)
    at.date_input(key="provenance.until.police").set_value(datetime.date.today() + datetime.timedelta(days=365))
    at.run()
    is_inert(at)
    still = [element.value for element in at.caption if element.value.startswith("Still")]
    assert not at.button(key="upload.import").disabled, (still, at.date_input(key="provenance.until.police").value)
    at.button(key="upload.import").click().run()
    until_idle(at)
    is_inert(at)
    assert at.session_state["csg.page.upload.step"] == "done", [element.value for element in at.error]
    (batch,) = supplies.list_supplies(open_store(store), LOCAL_ACTOR)
    assert (batch["agreement"], batch["purpose"], batch["known_gaps"]) == (ALL, ALL, ALL)
    assert not list((store / "staging").glob("*/[0-9]*")), "uploads are not kept"
    at = at.switch_page("pages/4_Data.py").run()
    is_inert(at)


def test_attack_001_004_007_a_hostile_layer_through_the_areas_page(tmp_path: Path) -> None:
    assert run("init", "--store", tmp_path / "store").exit_code == 0
    content = wards(tmp_path / "w.geojson", ALL).read_bytes().replace(b'"name"', b'"name <img src=x onerror=alert(1)>"')
    at = open_page("2_Areas.py")
    name = "w ![x](https://elsewhere.example/l.png)"
    at.file_uploader(key="areas.file").set_value(("![x](e) <img>.geojson", content, "application/json")).run()
    is_inert(at)
    at.text_input(key="areas.name").input(name).run()
    at.button(key="areas.add").click().run()
    is_inert(at)
    refused = [element.value for element in at.error]
    if refused:  # a name that is too long for a layer is refused in words
        at.text_input(key="areas.name").input("w ![x](e)").run()
        at.button(key="areas.add").click().run()
        is_inert(at)
    assert at.success, [element.value for element in at.error]
    assert literal(at, f"{ALL} 2")
    broken = ("![x](https://elsewhere.example/z.png).geojson", b"%PDF-1.7", "application/json")
    at.file_uploader(key="areas.file").set_value(broken).run()
    is_inert(at)
    assert at.error


def test_attack_011_a_forged_click_or_choice_discloses_nothing(tmp_path: Path) -> None:
    filled(tmp_path)
    at = open_page("3_Hotspots.py")
    before = [element.value for element in at.subheader]
    for forged in (
        {"last_clicked": {"lat": "{{7*7}}", "lng": 0}, "area_code": "W1"},
        {"last_clicked": {"lat": float("nan"), "lng": 0.0}, "last_object_clicked_popup": "<img src=x>"},
        {"last_clicked": {"lat": -33.9, "lng": 18.4}, "bounds": "everything"},
        ["not", "a", "dict"],
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("csg_maps.views.map_view.st_folium", lambda *_a, forged=forged, **_o: forged)
            at.run()
        is_inert(at)
        assert [element.value for element in at.subheader] == before
        assert "csg.selection" not in at.session_state or at.session_state["csg.selection"].is_empty


def test_attack_013_a_colour_from_a_file_reaches_no_style(tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert run("init", "--store", store).exit_code == 0
    evil = "red;background:url(//elsewhere.example/e)"
    layer = json.loads(wards(tmp_path / "w.geojson", "Ward").read_text(encoding="utf-8"))
    for feature in layer["features"]:
        feature["properties"] |= {"fill": evil, "stroke": evil, "style": evil, "marker-color": evil}
    (tmp_path / "w.geojson").write_text(json.dumps(layer), encoding="utf-8")
    words = ("--store", store, "--layer", "wards", "--code", "code", "--name", "name")
    assert run("areas", "add", tmp_path / "w.geojson", *words).exit_code == 0
    at = open_page("2_Areas.py")
    assert "elsewhere" not in the_map(at) and "background:url" not in the_map(at)
    is_inert(at)


def test_attack_071_the_page_shows_an_import_of_another_window_and_hears_of_a_killed_one(tmp_path: Path) -> None:
    import sqlalchemy as sa

    from csg_maps.store import tables
    from csg_maps.store.workspace import writing
    from tests.attacks.test_lifecycle_commands import concerns, request_for

    assert run("init", "--store", tmp_path / "store").exit_code == 0
    (tmp_path / "a.csv").write_text(concerns(0, 10), encoding="utf-8")
    store = open_store(tmp_path / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_spawn", lambda _store, _job: None)  # killed before its first sign of life
        job = jobs.start_import(store, LOCAL_ACTOR, request_for(tmp_path / "a.csv"))
    other = open_page("1_Upload.py")
    assert any("under way" in element.value for element in other.info)
    at = open_page("1_Upload.py")
    at.session_state["csg.job"] = job
    at.session_state["csg.page.upload.step"] = "importing"
    at.run()
    assert not at.error and at.subheader[0].value == "Importing"
    with writing(store) as connection:
        connection.execute(sa.update(tables.jobs).values(heartbeat=tables.jobs.c.heartbeat - 61))
    at.run()
    assert ["interrupted" in element.value for element in at.error] == [True]
    at.button(key="upload.again").click().run()
    assert not at.error
    assert not other.run().info
