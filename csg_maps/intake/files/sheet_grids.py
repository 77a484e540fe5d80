"""From the cells of a sheet to a table: where the headings are, what each column holds, what is wrong with a cell."""

from csg_maps.intake.files.cell_texts import pad_dates
from csg_maps.intake.files.grids import HEADING_ONLY, Grid, ProblemLog, grid_of_cells, note, unique_headings
from csg_maps.intake.files.layouts import SAMPLE_ROWS, heading_index, is_data_row
from csg_maps.intake.files.reading_rules import (
    DATES_MIXED,
    ERROR_CELL,
    FORMULA_UNCALCULATED,
    RETURN_KNOWN,
    SHEET_NO_HEADING,
    TITLE_ROWS,
)
from csg_maps.model.return_layout import GUIDE_MARKER, read_marker

Cell = tuple[str, str]
"""Text, and kind: t text, n number, d date, s date and time, e error, f formula without a result."""


def sheet_grid(sheet: str, log: ProblemLog, rows: list[tuple[int, dict[int, Cell]]]) -> Grid | None:
    """The table of a sheet, from its cells by row number and column position; None where every cell is blank."""
    rows = [
        (number, cells) for number, cells in rows if any(text.strip() or kind in "ef" for text, kind in cells.values())
    ]
    if not rows:
        return None
    width = 1 + max(max(cells) for _, cells in rows)
    sample = [[cells.get(at, ("", ""))[0] for at in range(width)] for _, cells in rows[:SAMPLE_ROWS]]
    counts = [sum(map(bool, cells)) for cells in sample]
    at = heading_index(sample, 0, max(set(counts), key=lambda count: (counts.count(count), count)))
    if is_data_row(sample[at], sample[at + 1 :]):
        note(log, SHEET_NO_HEADING)
        headings = unique_headings([""] * width, ProblemLog(log.file))
        body = rows[at:]
    else:
        said = [found for line in sample[:at] for text in line if (found := read_marker(text))]
        if said:
            version, agency = said[0]
            note(log, RETURN_KNOWN, rows[at][0], version=version, agency=agency)
        elif at:
            note(log, TITLE_ROWS, heading=rows[at][0])
        headings = unique_headings(sample[at], log, rows[at][0])
        body = rows[at + 1 :]
    if not body:
        note(log, HEADING_ONLY)
    columns, kinds = [], []
    for position, heading in enumerate(headings):
        texts, kind = _column([cells.get(position, ("", "")) for _, cells in body], [n for n, _ in body], heading, log)
        columns.append(texts)
        kinds.append(kind)
    return grid_of_cells(sheet, headings, columns, [number for number, _ in body], kinds, log)


def is_guide(rows: list[tuple[int, dict[int, Cell]]]) -> bool:
    """Whether this is the sheet of instructions of our own blank return."""
    return any(text.strip() == GUIDE_MARKER for _, cells in rows[:1] for text, _ in cells.values())


def _column(cells: list[Cell], rows: list[int], heading: str, log: ProblemLog) -> tuple[list[str], str]:
    texts = [text for text, _ in cells]
    found = [kind for _, kind in cells]
    for index, kind in enumerate(found):
        if kind == "e":
            note(log, ERROR_CELL, rows[index], heading, error=texts[index][:10])
            texts[index] = ""
        elif kind == "f":
            note(log, FORMULA_UNCALCULATED, rows[index], heading)
    kinds = {kind for kind in found if kind in "tnds" and kind}
    if kinds == {"n"}:
        return texts, "number"
    if kinds and kinds <= {"d", "s"}:
        return (pad_dates(texts), "datetime") if "s" in kinds else (texts, "date")
    if kinds & {"d", "s"}:
        dates = sum(kind in ("d", "s") for kind in found)
        note(log, DATES_MIXED, 0, heading, dates=dates, texts=sum(kind in ("t", "n") for kind in found))
    return texts, "text"
