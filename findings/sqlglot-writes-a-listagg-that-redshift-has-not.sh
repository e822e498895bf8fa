#!/usr/bin/env bash
# sqlglot 30.30.0 turns Oracle's LISTAGG(a, ',') WITHIN GROUP (ORDER BY b), which Redshift takes as it stands, into
# LISTAGG(a ORDER BY b, ',') for Redshift, a form that its manual does not have (Amazon Redshift Database Developer Guide,
# "LISTAGG function"). Redshift read as Redshift stays as it is; so the form is lost only where dialects meet.
#
# Seen: from Oracle and from Snowflake the ORDER BY moves inside the parentheses, without a warning.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check sqlglot==30.30.0
venv/bin/python - <<'PYTHON'
import sqlglot

query = "SELECT LISTAGG(a, ',') WITHIN GROUP (ORDER BY b) FROM t"
moved = "SELECT LISTAGG(a ORDER BY b, ',') FROM t"
seen = {source: sqlglot.transpile(query, read=source, write="redshift")[0] for source in ("redshift", "oracle", "snowflake")}
for source, text in seen.items():
    print(f"{source} to redshift: {text}")
assert seen == {"redshift": query, "oracle": moved, "snowflake": moved}, "the behaviour has changed"
PYTHON
