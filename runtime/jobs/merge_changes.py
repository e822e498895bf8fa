"""Glue job: merges the files that DMS wrote, listed by a manifest, into Redshift tables.

--settings JSON   what the construct says (customer_data.replication.settings)
--manifest URL    s3://bucket/key of the files to merge
"""

from __future__ import annotations

import sys

from customer_data.replication.merge_job import main

if __name__ == "__main__":
    main(sys.argv[1:])
