"""A report as one HTML page: its elements and how it looks."""
