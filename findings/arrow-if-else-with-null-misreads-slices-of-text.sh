#!/usr/bin/env bash
# pyarrow 17.0.0, the version of AWS Glue 5.1: compute.if_else(mask, values, NULL scalar) takes the texts of a sliced array
# from the wrong place, and gives an array that is not valid. With an array of NULLs in place of the scalar it is right, and
# so is pyarrow 26.0.1 with either.
#
# Seen with 17.0.0: of the slice bb, cc, dd the first and the last are wanted, and the last is not dd.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyarrow==17.0.0 numpy==1.26.4
venv/bin/python - <<'PYTHON'
import pyarrow as pa
import pyarrow.compute as pc

values = pa.array(["aa", "bb", "cc", "dd"]).slice(1)
mask = pa.array([True, False, True])
right = pc.if_else(mask, values, pa.nulls(3, pa.string()))
print("with an array of NULLs:", right.to_pylist())
assert right.to_pylist() == ["bb", None, "dd"], "the behaviour has changed"

wrong = pc.if_else(mask, values, pa.scalar(None, pa.string()))
try:
    wrong.validate(full=True)
except pa.ArrowInvalid as error:
    print("with a NULL scalar:", error)
else:
    raise SystemExit("the behaviour has changed: the array is valid")
PYTHON
