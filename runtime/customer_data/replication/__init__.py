"""Change files of DMS in, tables as the source has them out."""
