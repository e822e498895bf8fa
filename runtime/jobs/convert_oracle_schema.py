"""Glue job: reads an Oracle schema from its catalog, writes it as Redshift's with an assessment, and applies it.

--settings JSON   what the construct says (customer_data.oracle_schema.settings)
--plan true       writes the output, and applies nothing
"""

from __future__ import annotations

import sys

from customer_data.oracle_schema.schema_job import main

if __name__ == "__main__":
    main(sys.argv[1:])
