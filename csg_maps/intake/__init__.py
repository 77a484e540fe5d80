"""The one door in, in three parts, each of which imports only those before it.

`files` (what a file holds), `meaning` (which column and which word means what), `rows` (rows become records or problems);
`messages` holds what every rule says. Read `files.tables`, `meaning.columns`, `rows.records` first.
"""
