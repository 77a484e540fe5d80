"""Mapping where young people come to harm outside the home, so that places are made safer.

Reading order of the rooms, from what everything leans on to what a person sees. A room imports only rooms above it, and
`intake`, `hotspots` and `disclosure` never each other; `tests/test_import_rules.py` holds that.

- `errors`, `settings`, `i18n`: our exceptions, the few numbers that others read, and two languages.
- `model`: what a concern, a filter, a supply and an actor are; computes nothing from data.
- `geography`: where: a point becomes an H3 cell and stays one; areas, coordinate systems, postcodes, premises.

- `intake`: the one door in: read a file, find its columns, apply rules, find what identifies people, let go of the point.
- `hotspots`: statistics on cells and areas; a hotspot is claimed by an exact test only.
- `disclosure`: what an actor may do, and which sealed files an actor may use.
- `wording`: words that blame, in both languages, and better ones.

- `store`: what lasts: sealed batches, the workspace, the audit; and counts, the one door out.
- `layers`: maps as classes of shapes without any text; what `app.py` serves, and its headers.
- `briefings`: documents that leave: to print, to send, to fill in; they compute nothing of data.
- `workflows`: one file a user story, the only room that joins the others up: start at `importing` and `explore`.
- `views`, `cli`: the pages and the commands; they ask, call a workflow, and show.

Walk a file: `workflows.importing.run_import`. Walk a choice on the map: `workflows.explore.hotspots`. Both from the
outside, as one story: `tests/test_walkthrough.py`.
"""
