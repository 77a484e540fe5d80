"""A store whose every text is a payload, in a real browser: nothing runs, nothing is asked of another host."""

from collections.abc import Iterator

import pytest

from tests.attacks.test_pages import ALL, CANARY, TEXTS, filled
from tests.browser.conftest import ROOT, Server, start_server, stop_server


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    server = start_server(ROOT, filled(folder))
    yield server
    stop_server(server)
    for place in (folder, ROOT):
        assert not (place / CANARY).exists(), "a payload was executed"


@pytest.mark.parametrize("path", ["/", "/Areas", "/Hotspots", "/Data", "/Upload"])
def test_attack_001_003_004_005_007_payloads_are_letters_in_the_browser(visit, hostile_server, path):
    seen = visit(hostile_server, height=1600)
    dialogs: list[str] = []
    seen.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    seen.open(path)
    if path in {"/", "/Areas", "/Hotspots"}:
        frame = seen.page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
        frame.locator("path").first.wait_for(timeout=60_000)
        assert "onerror" not in frame.locator("html").inner_html()
    if path == "/Data":
        seen.page.get_by_role("combobox", name="Look at a batch").click()
        seen.page.get_by_role("option").first.click()
        seen.settle()
        seen.page.get_by_text("Sharing agreement", exact=True).wait_for(timeout=30_000)
    seen.page.wait_for_timeout(1500)
    seen.settle()
    assert seen.elsewhere() == []
    assert dialogs == []
    assert seen.page.evaluate("window.X") is None
    assert seen.page.locator('img[src="x"], img[src*="elsewhere"], [onerror]').count() == 0
    if path in {"/Areas", "/Hotspots", "/Data"}:
        seen.page.evaluate("document.querySelectorAll('details:not([open]) > summary').forEach(one => one.click())")
        seen.page.wait_for_timeout(1000)
        seen.settle()
        tables = " ".join(" ".join(seen.page.locator("table").all_inner_texts()).split())
        for text in TEXTS:
            assert text in tables, f"{text} is not shown as it is"
        assert ALL in tables
    assert seen.elsewhere() == []
