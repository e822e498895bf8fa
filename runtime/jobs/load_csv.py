"""Glue job: loads the CSV files of a manifest into a Redshift table.

--settings JSON   what the construct says (customer_data.loading.settings)
--manifest URL    s3://bucket/key of the files to load, or
--plan URL        s3://bucket/key.csv of a file: prints what loading it would do, writes nothing, or
--replay URL      s3://bucket/key.rejected.jsonl of the quarantine, corrected: loads its records as a new file
"""

from __future__ import annotations

import sys

from customer_data.loading.load_job import main

if __name__ == "__main__":
    main(sys.argv[1:])
