"""Where: cells (H3), area layers and their codes, coordinate systems, postcodes, premises.

Read `cells` (the spine), then `areas`.
"""
