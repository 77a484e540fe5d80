"""Language that does not blame: a lexicon that a council may edit, and what of it stands in a text.

Start at `lint`. It never blocks: it names the word, says why, and offers another.
"""
