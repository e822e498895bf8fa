"""The catalog over real JDBC: H2 in its mode for Oracle, with views of the catalog's names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from oracle_schema.catalog_in_postgres import catalog_in_postgres

from customer_data.oracle_schema.catalog import VIEWS
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.jdbc import query_of
from customer_data.oracle_schema.model_json import from_json
from customer_data.oracle_schema.redshift_sql import create_table


def test_the_queries_are_plain_sql_that_postgresql_takes(postgres_url: str) -> None:
    """The local cloud's source is PostgreSQL with views of these names."""
    with catalog_in_postgres(postgres_url, ["O'BRIEN", "CRM"]) as connection:
        for view in VIEWS:
            query = query_of(view, view.may_lack, ["O'BRIEN", "HR"])
            assert len(connection.execute(query.encode()).fetchall()) == (1 if view.owner else 2)


@pytest.mark.full
def test_a_catalog_arrives_over_jdbc(tmp_path: Path) -> None:
    script = Path(__file__).parent / "h2_catalog.py"
    ended = subprocess.run([sys.executable, script, tmp_path / "catalog"], capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr[-2000:]
    schema, refused = ended.stdout.strip().split("\n")[-2:]
    made = convert(from_json(schema))
    assert create_table(made.tables[0]) == (
        'CREATE TABLE IF NOT EXISTS "crm"."customers" (\n  "id" BIGINT NOT NULL,\n  "name" VARCHAR(80),\n'
        '  "balance" NUMERIC(38,10),\n  "rounded" NUMERIC(7,0),\n  "seen" TIMESTAMPTZ,\n  "note" VARCHAR(65535),\n'
        '  PRIMARY KEY ("id")\n)\nDISTSTYLE KEY DISTKEY ("id")\nCOMPOUND SORTKEY ("id")'
    )
    assert len(made.tables) == 1 and made.tables[0].comment == "Who buys"
    assert from_json(schema).tables[0].logged == "key"
    assert "Wrong user name or password" in refused and "tiger" not in refused
