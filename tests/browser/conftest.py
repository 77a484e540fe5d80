"""A real server on a free port of this machine, and a real browser that has no network beyond it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = Path(__file__).resolve().parent / "sample"
SHOTS = Path(os.environ.get("CSG_SHOTS") or Path(__file__).resolve().parent / "screenshots")
START_SECONDS = 60
# Streamlit's own page asks two addresses below the path of a page that was opened directly, and gets a 404; and it names
# features in the permissions of a frame that this browser does not know, which is a warning each. A map's frame that is
# being replaced may still speak, which is a warning too: nothing is lost, the new one answers.
OWN_COMPLAINTS = (
    "_stcore/health",
    "_stcore/host-config",
    "warning: Unrecognized feature: ",
    "warning: Received component message with no eventSource",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A running app. `log` is what it has printed."""

    address: str
    process: subprocess.Popen[bytes]
    log_path: Path

    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8", errors="replace")


def start_server(folder: Path, store: Path, *arguments: str) -> Server:
    """Start `streamlit run app.py` in a folder, on a free port, and wait until it answers."""
    port = _free_port()
    log_path = store.parent / f"server-{port}.log"
    environment = {
        **os.environ,
        "CSG_STORE": str(store),
        "PYTHONPATH": str(ROOT),
        "HOME": str(store.parent),
    }
    with open(log_path, "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true",
             "--server.fileWatcherType", "none", *arguments],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}", process, log_path)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the app ended with {process.returncode}:\n{server.log()}")
        try:
            with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return server
        except OSError:
            time.sleep(0.2)
    stop_server(server)
    raise RuntimeError(f"the app did not answer in {START_SECONDS} s:\n{server.log()}")


def stop_server(server: Server) -> None:
    server.process.terminate()
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait(10)


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as a person starts it, over a finished store with the demo borough: its pages have what they are for."""
    store = tmp_path_factory.mktemp("app") / "store"
    subprocess.run(
        [sys.executable, "-m", "csg_maps", "init", "--store", str(store), "--demo"],
        cwd=ROOT, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    server = start_server(ROOT, store)
    yield server
    stop_server(server)


@pytest.fixture(scope="session")
def sample_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same app.py and settings around one made-up page, for tests of the map itself."""
    folder = tmp_path_factory.mktemp("sample") / "app"
    shutil.copytree(SAMPLE, folder)
    shutil.copy(ROOT / "app.py", folder)
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    shutil.copytree(ROOT / "pages", folder / "pages")
    server = start_server(folder, folder.parent / "store")
    yield server
    stop_server(server)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Headless Chromium that resolves no name and reaches nothing but this machine."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = os.environ.get("CSG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("no Chromium on this machine: install it, or name it in CSG_CHROMIUM")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(
            executable_path=chromium,
            headless=True,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield started
        started.close()


@dataclass
class Visit:
    """One page in a fresh browser context, and everything that it asked and said."""

    page: object
    origin: str
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    def elsewhere(self) -> list[str]:
        """Requests to any host but the app's own; data: and blob: ask nothing of a host."""
        own = urlsplit(self.origin).netloc
        asked = [*self.requests, *self.sockets]
        return [url for url in asked if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).netloc != own]

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, but those that Streamlit causes by itself."""
        return [line for line in self.console if not any(own in line for own in OWN_COMPLAINTS)]

    def open(self, path: str = "/") -> None:
        self.page.goto(self.origin + path, wait_until="load")
        self.page.locator('[data-testid="stMain"] h1').first.wait_for(timeout=30_000)
        self.settle()

    def settle(self) -> None:
        """Wait until no run is going on."""
        self.page.wait_for_timeout(200)
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=30_000)

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)

    def map_frame(self) -> object:
        """The frame of the map, once its results are drawn (the ground comes first)."""
        frame = self.page.frame_locator('iframe[title="streamlit_folium.st_folium"]')
        frame.locator('path[class*="csg-class-"]').first.wait_for(timeout=30_000)
        return frame

    def serious_findings(self) -> list[str]:
        """What axe finds of serious or critical impact, in the page and its frames."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright")
        found = axe.Axe().run(self.page).response["violations"]
        return [
            f"{entry['id']} ({entry['impact']}): {[node['target'] for node in entry['nodes']]}"
            for entry in found
            if entry["impact"] in {"serious", "critical"}
        ]


@pytest.fixture
def visit(browser: object) -> Iterator[Callable[..., Visit]]:
    """Call it with a server to get a Visit; every request and console line from then on is written down."""
    contexts = []

    def begin(server: Server, *, width: int = 1366, height: int = 900, blocked: str = "") -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        if blocked:
            context.route(blocked, lambda route: route.abort())
        page = context.new_page()
        begun = Visit(page, server.address)
        context.on("request", lambda request: begun.requests.append(request.url))
        context.on(
            "console",
            lambda line: (
                begun.console.append(f"{line.type}: {line.text} {line.location}")
                if line.type in {"error", "warning"}
                else None
            ),
        )
        context.on("weberror", lambda error: begun.console.append(f"error: {error.error}"))
        page.on("websocket", lambda opened: begun.sockets.append(opened.url.replace("ws", "http", 1)))
        return begun

    yield begin
    for context in contexts:
        context.close()
