#!/usr/bin/env bash
# pandas 2.2.3 with pyarrow 17.0.0: str.contains runs Python's re on object columns and RE2 on Arrow-backed ones. The same data and the
# same rule give other answers once a column comes from Parquet with dtype_backend="pyarrow".
#
# Seen for r"^\d+$": Arabic-Indic digits and a number with a line break behind it match in object columns only.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==2.2.3 pyarrow==17.0.0 numpy==1.26.4
venv/bin/python - <<'PYTHON'
import pandas as pd

values = ["12", "١٢", "12\n", "1x"]
seen = {
    dtype: pd.Series(values, dtype=dtype).str.contains(r"^\d+$").tolist()
    for dtype in ("object", "string[python]", "string[pyarrow]")
}
print(seen)
assert seen == {
    "object": [True, True, True, False],
    "string[python]": [True, True, True, False],
    "string[pyarrow]": [True, False, False, False],
}, "the behaviour has changed"
PYTHON
