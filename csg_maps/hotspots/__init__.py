"""Statistics on cells and areas: pure functions on int64 cells, counts and neighbour matrices; no store, no screen.

Read `hotspot_table` first: it joins the parts. A hotspot is claimed by `exact_test` only, named by `classify`, and never
said of under five concerns on three dates. `gi_star` is shown beside it as the z that people know; `density` is a picture
and tests nothing; `study_area` declines where there is too little. `autocorrelation` and `empirical_bayes` hold the
global measures and smoothed rates.
"""
