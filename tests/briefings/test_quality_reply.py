"""The reply to an agency: thanks first, one page, both languages, and nothing of the file in it."""

import html.parser
import json
import re
from pathlib import Path

import pytest

from csg_maps.briefings import quality_reply
from csg_maps.briefings.quality_reply import Finding, ReplyFacts, as_html, as_text
from csg_maps.disclosure.policy import NotAllowed
from csg_maps.model.actor import LOCAL_ACTOR, Actor
from csg_maps.model.vocabulary import labels
from csg_maps.workflows import replying, stores, supplies
from tests.commands import run, supply

CANARY = "CANARY-7731"
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}{% x %}${7*7}=cmd()"
FACTS = ReplyFacts(
    agency="police",
    batch_id="abc123",
    received_on="2026-11-09",
    period_from="2026-10",
    period_to="2026-10",
    rows=40,
    accepted=31,
    set_aside=6,
    refused=1,
    duplicates=2,
    not_on_map=3,
    left_out=1,
    mended=(("point", 5), ("refused", 2)),
    findings=tuple(Finding(f"Finding {number}.", "Please help.", number) for number in range(1, 12)),
    missing=("2026-08",),
    made_on="2026-11-10",
)


class _Page(html.parser.HTMLParser):
    """Which elements and attributes a page has, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one messy supply whose every text is hostile: the file's name, headings, words, references."""
    folder = tmp_path_factory.mktemp("reply")
    rows = [f"{day:02d}/01/2026,52.13,-0.46,missing,street,{CANARY}{day}" for day in range(1, 29)]
    rows += [f"{day:02d}/02/2026,52.13,-0.46,{HOSTILE.replace(',', ';')},street,{CANARY}b{day}" for day in range(1, 15)]
    rows += [f"31/02/2026,52.13,-0.46,missing,street,{CANARY}c{number}" for number in range(7)]
    rows += [f"03/02/2026,91.5,-0.46,missing,street,{CANARY}d{number}" for number in range(2)]
    rows += [f"04/02/2026,52.13,-0.46,missing,home,{CANARY}e{number}" for number in range(3)]
    text = "Date,Latitude,Longitude,Harm,Setting,Ref,Victim surname\n" + "".join(
        f"{row},{CANARY}name\n" for row in rows
    )
    file = folder / "<b>{{7*7}} =cmd CANARY-7731.csv"
    file.write_text(text, encoding="utf-8")
    assert run("init", "--store", folder / "store").exit_code == 0
    done = supply(file, "--store", folder / "store", "--leave-out", "Victim surname")
    assert done.exit_code == 0, done.output
    return folder


@pytest.mark.parametrize("ending", [".html", ".txt", ".md"])
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_reply_about_a_messy_supply_holds_nothing_of_the_file(folder: Path, ending: str, language: str) -> None:
    out = folder / f"reply_{language}{ending}"
    done = run("--language", language, "reply", "--agency", "police", "--store", folder / "store", "--out", out)
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8")
    for secret in (CANARY, "7*7", "onerror", "=cmd", "surname", "52.13", "91.5", "Ref", "<b>"):
        assert secret not in text, secret
    assert text.count("OFFICIAL-SENSITIVE") == 2
    assert len(text.splitlines()) < 60


def test_it_says_what_came_and_what_would_help_and_no_small_number(folder: Path) -> None:
    store = stores.open_local(folder / "store")
    said = replying.reply(store, LOCAL_ACTOR, "police", language="en", ending=".txt")
    lines = said.splitlines()
    assert lines[2].startswith("Thank you for your data: Police")
    assert "- Rows in what you sent: 54" in lines
    assert "- Taken in: 45" in lines
    assert "- Set aside: they could not be used as they are: 9" in lines
    assert "7 rows: The date does not exist" in said
    assert "fewer than 5 rows: The coordinates are not a place" in said
    assert '"…" is not mapped to a code (14 rows).' in said
    assert "1 column that can identify people was left out" in said
    assert "Please write every date in one way" in said


def test_it_is_recorded_and_needs_the_right(folder: Path) -> None:
    store = stores.open_local(folder / "store")
    before = supplies.audit_entries(store, LOCAL_ACTOR)["action"].tolist().count("export-reply")
    replying.reply(store, LOCAL_ACTOR, "police", language="cy", ending=".html")
    entries = supplies.audit_entries(store, LOCAL_ACTOR)
    assert entries["action"].tolist().count("export-reply") == before + 1
    detail = json.loads(entries["detail"].iloc[-1])
    assert (detail["supplier"], detail["language"], detail["ending"]) == ("police", "cy", ".html")
    with pytest.raises(NotAllowed):
        replying.reply(store, Actor("r", "", ("see_counts", "import")), "police", language="en", ending=".txt")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--agency", "fire", "--out", "x.html"), "has sent no such supply"),
        (("--agency", "police", "--batch", "nope", "--out", "x.html"), "has sent no such supply"),
        (("--agency", "police", "--out", "x.exe"), "must end in"),
    ],
)
def test_a_wrong_question_is_one_clear_line(folder: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = run("reply", *words[:-1], tmp_path / words[-1], "--store", folder / "store")
    assert done.exit_code == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_lies_at_protected_addresses_is_never_told() -> None:
    assert "hidden-premises" not in replying._ASKS


def test_every_rule_that_is_asked_about_exists_and_says_its_facts() -> None:
    from csg_maps.intake.messages import rules

    known = {rule.code: rule for rule in rules()}
    for code, ask in replying._ASKS.items():
        facts = set(re.findall(r"\{(\w+)\}", known[code].message))
        assert ("rows" in facts or code in {"missing-months", "free-text-column"}) == ask.is_whole, code


def test_thank_you_comes_first_and_at_most_six_things_are_asked() -> None:
    page = _Page(as_html(FACTS, "en"))
    assert "".join(page.texts).find("Thank you") < "".join(page.texts).find("What came")
    said = as_text(FACTS, "en")
    assert said.count("Please help.") == quality_reply.MOST_ASKED
    assert "August 2026" in said
    assert "5 rows: put on the map by us" in said
    assert "fewer than 5 rows: looked at, and not taken in" in said
    assert "- Taken in, but without a place on the map: fewer than 5 rows" in said


@pytest.mark.parametrize("field", ["what", "help", "batch", "agency"])
def test_attack_110_hostile_texts_are_escaped_wherever_they_come_from(
    monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    import dataclasses

    facts = FACTS
    if field in {"what", "help"}:
        finding = Finding(**{"what": "a", "help": "b", "rows": 9, field: HOSTILE})
        facts = dataclasses.replace(FACTS, findings=(finding,))
    elif field == "batch":
        facts = dataclasses.replace(FACTS, batch_id=HOSTILE)
    else:
        changed = {**labels("agencies"), "police": HOSTILE}
        monkeypatch.setattr(quality_reply, "labels", lambda name: changed)
    page = _Page(as_html(facts, "en"))
    assert HOSTILE in "".join(page.texts)  # shown, letter by letter
    assert not {"img", "script", "a", "iframe", "form"} & set(page.elements)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in {"src", "href"}]
    marked = as_text(facts, "en", markdown=True)
    assert "<img" not in marked.replace("\\<", "")


def test_the_page_asks_nothing_of_any_host_and_is_in_its_language() -> None:
    text = as_html(FACTS, "cy")
    assert '<html lang="cy">' in text
    assert "default-src 'none'" in text
    assert not re.findall(r"(?i)https?://|url\(|@import|src=", text)
    assert "Heddlu" in text and "Awst 2026" in text
