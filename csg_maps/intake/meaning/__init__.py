"""What columns and words mean: which column is which field, dates, codes, and what identifies a person.

Begin at `profiles.suggest_mapping`; nothing here decides about a row.
"""
