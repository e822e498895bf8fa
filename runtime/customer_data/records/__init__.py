"""Rows on their way: which are rejected and why, Parquet parts in staging, how work is spread."""
