"""One function for the command line and the job: a schema in, everything that is written about it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from customer_data.oracle_schema.assessment import Assessment, to_html, to_json
from customer_data.oracle_schema.differences import Differences
from customer_data.oracle_schema.model import OracleSchema
from customer_data.oracle_schema.model_json import to_json as model_to_json
from customer_data.oracle_schema.redshift_sql import script
from customer_data.oracle_schema.targets import Conversion

SQL_FILE = "create_redshift_schema.sql"
CHANGES_FILE = "alter_redshift_schema.sql"
REPORT_FILE = "assessment.html"
ASSESSMENT_FILE = "assessment.json"
MODEL_FILE = "model.json"
NEXT_MODEL_FILE = "next_model.json"


@dataclass(frozen=True)
class Output:
    """`files` by name: their content."""

    conversion: Conversion
    assessment: Assessment
    files: dict[str, str] = field(repr=False)


def output(
    schema: OracleSchema,
    conversion: Conversion,
    *,
    source: str,
    at: datetime,
    changes: Differences | None = None,
) -> Output:
    assessment = Assessment(source, at, conversion.assessed, changes)
    files = {
        SQL_FILE: script(conversion),
        ASSESSMENT_FILE: to_json(assessment),
        REPORT_FILE: to_html(assessment),
        MODEL_FILE: model_to_json(schema),
    }
    if changes is not None:
        files[CHANGES_FILE] = changes.script()
    return Output(conversion, assessment, files)
