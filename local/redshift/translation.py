"""What one Redshift statement becomes."""

from __future__ import annotations

from dataclasses import dataclass

from local.redshift.s3_commands import Copy, Unload


@dataclass(frozen=True)
class Translation:
    """PostgreSQL statements for one statement of Redshift; `sql` is the one whose rows and count are its own.

    `before` checks what Redshift refuses, `after` records what PostgreSQL does not keep. `parameters` are the names
    bound to $1, $2... of `sql`. `creates` names a table that `IF NOT EXISTS` may find: then nothing runs.
    """

    sql: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    creates: str | None = None
    alone: str | None = None
    """The command's name, when Redshift refuses it in a transaction block, which a batch of several statements is."""
    outside_transaction: bool = False
    commits: bool = False
    """TRUNCATE commits the transaction in which it is run."""
    command: bool = False
    """`sql` is a query, but the statement has no result."""
    s3: Copy | Unload | None = None
