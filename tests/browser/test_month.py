"""The analyst's month: eight agencies' second files in by clicks, timed; then the board, a reminder, a reply, a return."""

import re
import time
import zipfile
from pathlib import Path

import pytest

from csg_maps.workflows import stores
from tests import eight_agencies
from tests.browser.conftest import ROOT, start_server, stop_server
from tests.eight_agencies import AGENCIES, PLANTED

MINUTES = 10


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory):
    """The app over a store that holds the months before, each mapped once by a person; and the files of the last month."""
    folder = tmp_path_factory.mktemp("month")
    store = eight_agencies.make_ground(folder / "store")
    eight_agencies.import_earlier(store, eight_agencies.write_month(folder / "before", last=False))
    files = eight_agencies.write_month(folder / "last", last=True)
    server = start_server(ROOT, folder / "store")
    yield server, files
    stop_server(server)


def test_show_2_the_second_month_of_eight_agencies_is_in_by_clicks(visit, month):
    server, files = month
    seen = visit(server, height=1600)
    started = time.monotonic()
    seen.open("/Upload")
    seen.page.get_by_text("Several agencies", exact=True).click()
    seen.settle()
    seen.page.set_input_files("input[type=file]", [str(path) for path in files.values()])
    seen.settle()
    seen.page.get_by_role("button", name="Look at these files").click()
    seen.page.get_by_role("heading", name="Who sent what").wait_for(timeout=120_000)
    seen.settle()
    seen.shot("month_1_sorting")
    # whose each is, was known by its layout, or by the return it is
    assert seen.page.get_by_text("Its layout is the one that was saved for this agency.").count() == len(AGENCIES) - 1
    assert seen.page.get_by_text("It is the blank return that was made for this agency.").count() == 1
    # no mapping is asked for what was known: one layout is shown, for its one new word
    assert seen.page.get_by_text("the layout is known, and every word of it").count() == len(AGENCIES) - 1
    assert seen.page.get_by_text("Change what the columns mean").count() == 1
    assert seen.page.get_by_text(re.compile("^New words in")).count() == 1
    word = seen.page.get_by_role("combobox", name=PLANTED)
    word.click()
    word.press_sequentially("Leisure")
    seen.page.get_by_role("option", name=re.compile("^Leisure")).click()
    seen.settle()
    seen.page.get_by_text("As last time for all").click()
    seen.settle()
    assert seen.page.get_by_text(re.compile("Still to say")).all_inner_texts() == []
    seen.shot("month_2_ready")
    seen.page.get_by_role("button", name="Import for 8 agencies").click()
    seen.page.get_by_text("The files of 8 agencies are in.").wait_for(timeout=300_000)
    seen.settle()
    took = time.monotonic() - started
    print(f"the second month of eight agencies took {took:.0f} s of clicks")
    assert took < MINUTES * 60
    seen.page.locator("table tbody tr").last.wait_for(timeout=15_000)
    seen.shot("month_3_reports")
    cells = [row.locator("td").all_inner_texts() for row in seen.page.locator("table tbody tr").all()]
    assert len(cells) == len(AGENCIES) + 1
    for row in cells:
        rows, accepted, aside, refused, duplicates = (int(text.replace(",", "")) for text in row[:5])
        assert rows == accepted + aside + refused + duplicates == accepted > 0
    assert sum(int(row[0]) for row in cells[:-1]) == int(cells[-1][0])
    assert seen.serious_findings() == []
    assert seen.elsewhere() == []
    assert seen.complaints() == []


def test_the_board_says_who_is_behind_and_gives_what_to_send(visit, app_server, tmp_path):
    seen = visit(app_server, height=1500)
    seen.open("/")
    seen.page.get_by_role("button", name=re.compile("empty store")).first.wait_for(timeout=180_000)
    seen.open("/Supplies")
    seen.page.locator("table tbody tr").last.wait_for(timeout=15_000)
    seen.shot("supplies_1_board")
    line = seen.page.locator("table tbody tr", has_text="Housing").first.inner_text()
    assert "late by" in line or "months missing" in line
    chosen = seen.page.get_by_role("combobox", name="Open an agency")
    chosen.click()
    seen.page.get_by_role("option", name="Housing and landlords", exact=True).click()
    seen.settle()
    assert seen.page.get_by_test_id("stCode").inner_text().startswith("Subject: data return, Housing and landlords")
    seen.shot("supplies_2_reminder")
    _open_tab(seen, "Blank return")
    with seen.page.expect_download() as blank:
        seen.page.get_by_role("button", name="Download the blank return (Excel)").click()
    blank.value.save_as(tmp_path / "return.xlsx")
    assert "xl/workbook.xml" in zipfile.ZipFile(tmp_path / "return.xlsx").namelist()
    _open_tab(seen, "Reply about what came")
    with seen.page.expect_download() as reply:
        seen.page.get_by_role("button", name="Download the page to print (HTML)").click()
    reply.value.save_as(tmp_path / "reply.html")
    assert "Thank you" in (tmp_path / "reply.html").read_text(encoding="utf-8")
    seen.shot("supplies_3_reply")
    _open_tab(seen, "What is expected")
    seen.page.get_by_role("textbox", name="Role to write to").fill("Data officer")
    seen.page.get_by_role("button", name="Keep this").click()
    seen.page.get_by_text("It is kept.").wait_for(timeout=15_000)
    seen.settle()
    assert "To: Data officer, Housing and landlords" in seen.page.get_by_test_id("stCode").inner_text()
    seen.shot("supplies_4_kept")
    assert seen.serious_findings() == []
    assert seen.elsewhere() == []
    assert seen.complaints() == []
    _print(seen, tmp_path / "reply.html")


def _open_tab(seen, name: str) -> None:
    """Open a tab and wait until what it holds stands still: a click on a button that moves is nobody's."""
    seen.page.get_by_role("tab", name=name).click()
    seen.page.wait_for_timeout(500)
    seen.settle()


def _print(seen, page: Path) -> None:
    """Look at the reply as a person who opens the file does: by itself, with no script and no request."""
    asked: list[str] = []
    opened = seen.page.context.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(page.as_uri())
    opened.locator("h1").wait_for()
    opened.screenshot(path=str(page.with_suffix(".png")), full_page=True)
    from tests.browser.conftest import SHOTS

    SHOTS.mkdir(parents=True, exist_ok=True)
    (SHOTS / "supplies_reply_page.png").write_bytes(page.with_suffix(".png").read_bytes())
    assert asked == [page.as_uri()]
    opened.close()


def test_the_store_of_the_month_verifies(month):
    from csg_maps.model.actor import LOCAL_ACTOR
    from csg_maps.workflows import supplies

    _server, files = month
    assert supplies.verify(stores.open_local(next(iter(files.values())).parent.parent / "store"), LOCAL_ACTOR).is_sound
