"""The one door in: read, find columns, apply rules, find identifiers, take away what is exact, hand over to be sealed.

Read `tables` (what a file becomes), `columns` (which column is what), `records` (rows become records or problems).
"""
