"""Oracle schemas for tests, written shortly."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from customer_data.oracle_schema.assessed import Assessed
from customer_data.oracle_schema.convert import convert
from customer_data.oracle_schema.model import OracleColumn, OracleConstraint, OracleSchema, OracleTable, OracleType
from customer_data.oracle_schema.targets import Conversion, TargetTable

_WRITTEN = re.compile(r"([\w ]+?)(?:\((\*|-?\d+)(?:,(-?\d+))?( CHAR| BYTE)?\))?( WITH.*)?")


def oracle_type(written: str) -> OracleType:
    """`NUMBER(10,2)`, `VARCHAR2(20 CHAR)`, `TIMESTAMP(6) WITH TIME ZONE`, ... as a reader would give it."""
    found = _WRITTEN.fullmatch(written)
    assert found, written
    name, first, scale, semantics, zone = found.groups()
    size = int(first) if first and first != "*" else None
    if name.startswith(("NUMBER", "FLOAT", "DEC", "NUMERIC", "TIMESTAMP")):
        return OracleType(name + (zone or ""), precision=size, scale=None if scale is None else int(scale))
    return OracleType(name, length=size, char_semantics=semantics == " CHAR" or name.startswith("N"))


def column(definition: str, **given: Any) -> OracleColumn:
    """`NAME TYPE [NOT NULL]`."""
    name, _, rest = definition.partition(" ")
    made = OracleColumn(name, oracle_type(rest.removesuffix(" NOT NULL")), nullable=not rest.endswith(" NOT NULL"))
    return replace(made, **given)


def table(name: str, *columns: OracleColumn | str, key: str = "", **given: Any) -> OracleTable:
    """`OWNER.NAME`; `key` are the columns of its primary key."""
    owner, _, plain = name.rpartition(".")
    made = tuple(one if isinstance(one, OracleColumn) else column(one) for one in columns)
    constraints = given.pop("constraints", ())
    if key:
        constraints = (OracleConstraint("P", tuple(key.split(",")), f"{plain}_PK"), *constraints)
    return OracleTable(owner or "CRM", plain, made, constraints, **given)


def refers(columns: str, to: str, referenced: str = "", **given: Any) -> OracleConstraint:
    owner, _, name = to.rpartition(".")
    return OracleConstraint(
        "R",
        tuple(columns.split(",")),
        references=(owner or "CRM", name),
        referenced_columns=tuple(referenced.split(",")) if referenced else (),
        **given,
    )


def converted(*tables: OracleTable, target_schema: str | None = None) -> Conversion:
    return convert(OracleSchema(tables), target_schema=target_schema)


def target(conversion: Conversion, name: str) -> TargetTable:
    return next(table for table in conversion.tables if table.name.name == name)


def said(conversion: Conversion, name: str, part: str | None = None) -> Assessed:
    found = next(item for item in conversion.assessed if item.name == name)
    return next(item for item in found.parts if item.name == part) if part else found
