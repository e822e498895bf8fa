"""The model as JSON, by which a later run knows what the schema was."""

from __future__ import annotations

import json
from dataclasses import asdict

from customer_data.oracle_schema.model import OracleSchema
from customer_data.typed_json import read_as


def to_json(schema: OracleSchema) -> str:
    return json.dumps(asdict(schema), ensure_ascii=False, indent=1)


def from_json(text: str) -> OracleSchema:
    """Raises ValueError for what is no JSON, SettingsError that names the field for what is no model."""
    return read_as(OracleSchema, json.loads(text), "model")
