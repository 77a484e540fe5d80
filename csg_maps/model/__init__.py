"""What things are: code lists, schemas, filters and parameters, the person acting, what a file was found to hold.

Nothing here computes from data. Read `concern`, then `filters`.
"""
