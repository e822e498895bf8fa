"""Converts an Oracle schema for Redshift on this machine.

python -m customer_data.oracle_schema --ddl crm.sql orders.sql --owner CRM --out converted/
python -m customer_data.oracle_schema --catalog exports/ --include CRM.% --exclude CRM.TMP_% --out converted/
python -m customer_data.oracle_schema --print-export-script --include CRM.% > export_catalog.sql
"""

from __future__ import annotations

import importlib.util
import sys

_PACKAGES = ("pyarrow", "numpy", "boto3")


def _problem() -> str | None:
    """Said before an import fails."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if sys.version_info >= (3, 11) and not missing:
        return None
    lacks = f"lacks {', '.join(missing)}" if missing else f"is Python {sys.version_info[0]}.{sys.version_info[1]}"
    return (
        f"{sys.executable} {lacks}, and converting a schema needs Python 3.11 or newer with {', '.join(_PACKAGES)}: run"
        f" {sys.executable} -m pip install {' '.join(_PACKAGES)}"
    )


def _main() -> int:
    if problem := _problem():
        print(problem, file=sys.stderr)
        return 1
    from customer_data.oracle_schema.command import main  # only now: it imports the packages

    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(_main())
