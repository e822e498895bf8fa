"""The loader: CSV files in, rows of one Redshift table out."""
