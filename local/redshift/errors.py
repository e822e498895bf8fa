"""Errors of the stand-in, worded as Redshift words them."""

from __future__ import annotations


class RedshiftError(Exception):
    """A statement that Redshift would fail; the message follows 'ERROR: ' in the statement's description."""


class NotEmulated(RedshiftError):
    """Valid in Redshift, perhaps, but this stand-in does not run it: said instead of run wrongly."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not emulated by the local cloud's stand-in for Amazon Redshift")


def syntax_error(near: str, reason: str = "") -> RedshiftError:
    return RedshiftError(f'syntax error at or near "{near}"' + (f": {reason}" if reason else ""))
