"""An upload beyond the limit: refused while it streams, without filling the memory and without holding up anybody else."""

import contextlib
import http.client
import itertools
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Server, Visit

MEGABYTE = 1024 * 1024
LIMIT = 200 * MEGABYTE
SENT = 500 * MEGABYTE


def _peak_bytes(server: Server) -> int:
    """The most memory that the server's process has ever held."""
    for line in Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the system does not tell the peak of a process")


def _pieces() -> Iterator[bytes]:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.csv"\r\nContent-Type: text/csv\r\n\r\n'
    yield head
    piece = b"0" * MEGABYTE
    for _number in range(SENT // MEGABYTE):
        yield piece
    yield b"\r\n--b--\r\n"


def _put(address: str, headers: dict[str, str], *, says_its_size: bool) -> int:
    """Send 500 MB as a browser would, or without saying how much is coming; the status that is answered."""
    asked = urlsplit(address)
    connection = http.client.HTTPConnection(asked.netloc, timeout=120)
    sent = {**headers, "Content-Type": "multipart/form-data; boundary=b"}
    if says_its_size:
        sent["Content-Length"] = str(SENT)
    # said beforehand, it is refused before the body comes: only the beginning is sent
    body = itertools.islice(_pieces(), 2) if says_its_size else _pieces()
    with contextlib.suppress(OSError):  # refused before all was sent: the answer is there
        connection.request("PUT", asked.path, body=body, headers=sent, encode_chunked=not says_its_size)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture
def upload_of_a_session(app_server: Server, visit: Callable[..., Visit]) -> tuple[str, dict[str, str]]:
    """The address and headers with which an open page of the app uploads its files."""
    seen = visit(app_server)
    seen.open("/Upload")
    with seen.page.expect_request(lambda request: "/_stcore/upload_file/" in request.url) as caught:
        seen.page.locator('input[type="file"]').set_input_files(
            {"name": "small.csv", "mimeType": "text/csv", "buffer": b"date,latitude,longitude\n"}
        )
    seen.settle()
    request = caught.value
    headers = {name: value for name, value in request.all_headers().items() if name in {"cookie", "x-xsrftoken"}}
    assert "x-xsrftoken" in headers
    return request.url + "x", headers  # an upload of its own


@pytest.mark.parametrize("says_its_size", [True, False], ids=["with its length", "without a length"])
def test_attack_030_half_a_gigabyte_is_refused_and_nobody_waits(
    app_server: Server, upload_of_a_session: tuple[str, dict[str, str]], says_its_size: bool
) -> None:
    address, headers = upload_of_a_session
    before = _peak_bytes(app_server)
    answers: list[int] = []
    sending = threading.Thread(target=lambda: answers.append(_put(address, headers, says_its_size=says_its_size)))
    sending.start()
    waits = []
    while sending.is_alive() or len(waits) < 5:
        begun = time.perf_counter()
        with urllib.request.urlopen(f"{app_server.address}/Hotspots", timeout=30) as page:
            assert page.status == 200
        waits.append(time.perf_counter() - begun)
        time.sleep(0.05)
    sending.join()
    assert answers == [413]
    assert _peak_bytes(app_server) - before < 2 * LIMIT
    assert statistics.median(waits) < 1, f"others waited {statistics.median(waits):.1f} s"


def test_an_upload_without_its_token_is_refused(upload_of_a_session: tuple[str, dict[str, str]]) -> None:
    address, headers = upload_of_a_session
    asked = urlsplit(address)
    connection = http.client.HTTPConnection(asked.netloc, timeout=30)
    connection.request("PUT", asked.path, body=b"", headers={"cookie": headers["cookie"]})
    assert connection.getresponse().status == 403
    connection.close()
