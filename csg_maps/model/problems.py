"""What was found wrong with a file: rows of a table, never exceptions."""

from dataclasses import dataclass, field

LEVELS = ("info", "warning", "quarantine", "refuse", "duplicate")
"""info, warning: the row is accepted. quarantine: kept apart to be mended. refuse: not kept. duplicate: held already."""


@dataclass(frozen=True)
class Problem:
    """One thing found. `row` is as a spreadsheet shows it (the heading is row 1), 0 when it concerns the whole file.

    `column` is the file's own heading, "" when none. `code` names the rule; `values` are the facts of the message (never
    a cell of a free-text or identifying column). Message and fix are made from the code where they are shown, in the
    reader's language.
    """

    code: str
    level: str
    file: str
    row: int = 0
    column: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportCounts:
    """Every row of a supply, once: rows = accepted + quarantined + refused + duplicates."""

    rows: int
    accepted: int
    quarantined: int
    refused: int
    duplicates: int

    @property
    def adds_up(self) -> bool:
        """Whether no row is lost or counted twice."""
        return self.rows == self.accepted + self.quarantined + self.refused + self.duplicates


PROBLEM_COLUMNS = ("code", "level", "file", "row", "column", "values")
"""The same as a frame, for files with many: `row` int64, `values` a JSON object in text, the others str."""
