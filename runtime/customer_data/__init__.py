"""What runs in AWS Glue for cdk-customer-data-platform: CSV files in, rows of a Redshift table out.

Its rooms, each of which imports only from those after it: `loading`, `quality`, `warehouse`, `records`, `columns`,
`csv`, `files`. The package needs only what Glue 5.1 ships; only `records/spread.py`, `quality/running/` and
`quality/laptop/` know of Spark, and import it where they use it.
"""
