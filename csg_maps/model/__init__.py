"""What things are: code lists, table schemas, filters and parameters, the person acting, and what a file was found to hold.

Nothing here computes from data. Read `concern`, then `filters`.
"""
