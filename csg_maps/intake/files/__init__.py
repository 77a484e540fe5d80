"""What a file holds, exactly as it was written: guarded, read from its bytes, and laid out as tables of text.

Begin at `reading.read_tables`; nothing here knows what a column means.
"""
