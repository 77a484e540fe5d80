"""The documented truth as a page for people (TRUTH.md)."""

REDRAWN = """`redraw.py` repeats the records with other seeds on the same ground. Of 40 redraws of the second borough, 19 had a
cell marked at resolution 9 by a share of cells, 1 by a share of settled resolution-10 cells, none at resolution 10: the
expected share should go by size. Of 15 redraws of the demo borough, all had every planted place marked at resolutions 9 and
10, and none had a cell marked away from them (one had a neighbour marked at resolution 10); the emerging place, and it alone,
was found rising in all. With independent draws in place of the even quota, a cell was marked elsewhere in 1 of 15 at
resolution 10, in 1 of 15 by size and 13 of 15 by a share of cells at resolution 9, and one of 15 missed one planted place by
size at resolution 9."""


def paragraph(text):
    """A text of several lines as one line."""
    return " ".join(text.split())


def code(cells):
    """Cells as Markdown code, with commas."""
    return ", ".join(f"`{cell}`" for cell in cells)


def planted_rows(plants):
    """The table of what is planted."""
    yield "| what | where | cells (r10; r9) | when | records | expected |"
    yield "|---|---|---|---|---|---|"
    for plant in plants:
        where = f"{plant['latitude']:.6f}, {plant['longitude']:.6f}"
        cells = f"{code(plant['cells_r10'])}; {code(plant['cells_r9'])}"
        when = f"{plant['period'][0]} to {plant['period'][1]}"
        name = f"{plant['id']}: {plant['name']} / {plant['name_cy']}"
        yield f"| {name} | {where} | {cells} | {when} | {plant['records']} | {plant['expected']} |"


def marked_rows(marked):
    """The table of what the exact test marks."""
    yield "| resolution | marked | of them planted | neighbours of planted | elsewhere |"
    yield "|---|---|---|---|---|"
    for name, found in marked.items():
        yield f"| {name} | {found['cells']} | {found['planted']} | {found['neighbours']} | {found['elsewhere']} |"


def write(truth):
    """All of TRUTH.md."""
    estate, housing, control, settled = truth["unasked"], truth["housing"], truth["control"], truth["settled"]
    not_mapped = ", ".join(f"{number} {name}" for name, number in truth["not_mapped"].items())
    blocks = [
        "# What is true in the demo borough",
        """Written by `generate.py` together with the data; `truth.json` holds the same for machines. Everything here is made
        up: the land, the names, the records.""",
        f"""Silver Haven / Porth Arian: {settled["r10"]} settled cells at resolution 10 and {settled["r9"]} at resolution 9
        (cells that a street touches; a cell is always the index parent of the resolution-11 cell), {truth["concerns"]} concerns
        from {truth["period"][0]} to {truth["period"][1]}, of which {truth["mapped"]} keep a place on the map;
        {truth["background"]} rows of background crime, which has its own distribution, with more in the middle of town.""",
        "## Planted",
        list(planted_rows(truth["planted"])),
        f"""**A quiet but unasked estate**: {" and ".join(estate["areas"])} ({code(estate["area_codes"])};
        {estate["residents"]} residents, {len(estate["cells_r10"])} settled resolution-10 cells). No concern comes from there,
        because no agency covers it (`demo_coverage.csv` lists who covers which small area); background crime does
        ({estate["background"]} rows). It must not look like a safe place.""",
        f"""**Late and missing months**: housing sent nothing for {" and ".join(housing["missing"])}; its file for
        {housing["late"]} is late and lies apart (`late_concerns_housing.csv`, {housing["late_records"]} records, in no count on
        this page), so that somebody can upload it.""",
        """**Rising reporting everywhere**: the even part grows by 30% from the first month to the last, alike in all cells. By
        itself it makes no place emerging.""",
        f"""**Not on the map** after the rules of intake: {not_mapped}. Left on the map, the children's home, the police station
        and the hospital would be hotspots.""",
        "## Everything else is even",
        """The rest of the mapped concerns lie evenly over the settled resolution-10 cells outside the estate: each resolution-9
        cell gets its share by the number of its settled resolution-10 cells, rounded by one random start (systematic sampling);
        inside it chance decides, as it does for time, agency and harm. So at resolution 9 and coarser the even part varies less
        than pure chance would. It is a quiet ground for what is planted, not a trial of how often a test errs on random maps;
        the second borough, whose records are drawn independently, is one such trial.""",
        "## What the exact test marks",
        """Count in a cell and its ring of one against a binomial with the settled share, Benjamini–Hochberg at 5%, and at least
        5 concerns on 3 dates in the cell itself. A window that holds a planted place is itself more than expected, so at
        resolution 9, where most cells have 5 concerns anyway, neighbours of a planted cell are marked with it; nothing
        further.""",
        list(marked_rows(truth["marked"])),
        """By size, the expected share is that of settled resolution-10 cells instead of cells. It matters: a resolution-9 cell
        of the town holds seven of them, one on a lane or the coast one to three, and even records follow them. At resolution 8
        a single place of one street drowns in a window of 343 such cells: only the surroundings of the busiest are marked.""",
        f"""Last six months too many for the place (binomial with the whole borough's share of those months, corrected):
        {code([*truth["rising"]["r10"], *truth["rising"]["r9"]])}, the emerging place only.""",
        "## The second borough",
        f"""Rainbow Isle / Ynys Enfys: {control["concerns"]} concerns, {control["mapped"]} of them on the map, drawn one by one
        over {control["settled"]["r10"]} settled resolution-10 cells ({control["settled"]["r9"]} at resolution 9). Nothing is
        planted, and nothing is marked at resolutions 9 and 10.""",
        "## How the seeds were chosen, and how much depends on them",
        f"""Seed {truth["seed"]} makes the ground and the demo borough's records: coast and streets look plausible with it, and
        the small areas share their edges exactly. Seed {truth["control_seed"]} makes the second borough's records: with it
        nothing is marked by either kind of share, as with about half of all seeds. {REDRAWN}""",
    ]
    texts = ["\n".join(block) if isinstance(block, list) else paragraph(block) for block in blocks]
    return "\n\n".join(texts) + "\n"
