#!/usr/bin/env bash
# sqlglot 30.30.0 reads the type LONG, which in Oracle holds text of up to 2 GB, as a whole number: a column of notes becomes
# BIGINT in the warehouse, and even Oracle written as Oracle has another type. (Oracle Database SQL Language Reference, "Data
# Types": "LONG: Character data of variable length up to 2 gigabytes".)
#
# Seen: BIGINT for Redshift, PostgreSQL and Snowflake, INT64 for BigQuery, INT for Oracle itself; no warning.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check sqlglot==30.30.0
venv/bin/python - <<'PYTHON'
import sqlglot

table = "CREATE TABLE complaint (id NUMBER(10), note LONG)"
seen = {target: sqlglot.transpile(table, read="oracle", write=target)[0] for target in
        ("redshift", "postgres", "snowflake", "bigquery", "oracle")}
for target, text in seen.items():
    print(f"{target}: {text}")
types = {target: text.rpartition(" ")[2].rstrip(")") for target, text in seen.items()}
expected = {"redshift": "BIGINT", "postgres": "BIGINT", "snowflake": "BIGINT", "bigquery": "INT64", "oracle": "INT"}
assert types == expected, f"the behaviour has changed: {types}"
PYTHON
