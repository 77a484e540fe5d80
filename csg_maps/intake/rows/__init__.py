"""Rows become records, or problems: every rule meets every row, and nothing exact is kept.

Begin at `records.make_records`.
"""
