"""An Oracle schema in Redshift: read from the catalog or from DDL text, converted, assessed, and applied."""
