"""Data quality: which records of a file break which rule."""
