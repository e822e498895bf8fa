"""Bytes of a CSV to batches of text, each record with its line."""
