"""Columns: which name a header becomes, which type holds all values, which value does not fit."""
