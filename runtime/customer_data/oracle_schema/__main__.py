"""Converts an Oracle schema for Redshift on this machine.

python -m customer_data.oracle_schema --ddl crm.sql orders.sql --owner CRM --out converted/
python -m customer_data.oracle_schema --catalog exports/ --include CRM.% --exclude CRM.TMP_% --out converted/
"""

from __future__ import annotations

import sys

from customer_data.oracle_schema.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
