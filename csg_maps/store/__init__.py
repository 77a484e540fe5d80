"""What lasts: sealed batches, the workspace, audit, reference data; and counts, the one door out.

Read `workspace` (the database), then `batches` (how records are sealed), then `counts` (what may leave).
A store is one folder::

    workspace.sqlite   everything people decide, and the manifest of the sealed files (or a database by CSG_DATABASE_URL)
    batches/           sealed records, each file named by the SHA-256 of its content
    quarantine/        rows set aside to be mended, for 30 days, readable by this user only
    areas/             boundaries by content, and the area of each cell where records do not carry it
    postcodes/ premises/ ground/ lines/   reference data by content
    staging/           uploads of running jobs
"""
