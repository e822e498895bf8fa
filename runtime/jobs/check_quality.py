"""Glue job: takes the CSV files of a manifest through rules; good rows go on, bad ones into the quarantine.

--settings JSON   what the construct says (customer_data.quality.gate.settings)
--manifest URL    s3://bucket/key of the files to check, or
--replay URL      s3://bucket/key.rejected.jsonl of the quarantine, corrected: sends its records through the gate again
"""

from __future__ import annotations

import sys

from customer_data.quality.gate.gate_job import main

if __name__ == "__main__":
    main(sys.argv[1:])
