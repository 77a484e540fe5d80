"""The rules' own words: every problem code with its level, its message and how to mend it, said once."""

import collections
from dataclasses import dataclass

from csg_maps.errors import InputRefused
from csg_maps.i18n import _
from csg_maps.model.problems import LEVELS, Problem


@dataclass(frozen=True)
class RuleText:
    """A rule as people see it. `message` and `fix` are English templates (gettext ids) with {named} facts."""

    code: str
    level: str
    message: str
    fix: str


_REGISTER: dict[str, RuleText] = {}


def register(code: str, level: str, message: str, fix: str) -> RuleText:
    """Add a rule's words to the register, once, when its module is imported (mark both texts with N_)."""
    if level not in LEVELS or code in _REGISTER:
        raise ValueError(f"rule {code!r} is registered twice, or its level {level!r} does not exist")
    _REGISTER[code] = RuleText(code, level, message, fix)
    return _REGISTER[code]


def found(rule: RuleText, file: str, row: int = 0, column: str = "", **values: object) -> Problem:
    """A problem of this rule; a rule whose words name {column} is told the column that the problem is in."""
    if "{column}" in rule.message + rule.fix:
        values["column"] = column
    return Problem(rule.code, rule.level, file, row, column, {name: str(value) for name, value in values.items()})


def describe(code: str, values: dict[str, str]) -> tuple[str, str]:
    """Message and fix of a problem, in the reader's language."""
    rule = _REGISTER[code]
    return _(rule.message).format(**values), _(rule.fix).format(**values)


def refusal(problem: Problem) -> InputRefused:
    """A problem that leaves nothing to go on with, as the exception to raise: message and fix in one."""
    return InputRefused(" ".join(describe(problem.code, problem.values)))


def rule_words(code: str) -> str:
    """What a rule says where its facts are not at hand: message and fix with … for each fact."""
    rule = _REGISTER[code]
    facts: collections.defaultdict[str, str] = collections.defaultdict(lambda: "…")
    return f"{_(rule.message).format_map(facts)} {_(rule.fix).format_map(facts)}"


def rules() -> tuple[RuleText, ...]:
    """Every registered rule, by code."""
    return tuple(_REGISTER[code] for code in sorted(_REGISTER))
