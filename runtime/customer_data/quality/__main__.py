"""Tries data quality rules out on a laptop, as the job will run them: `cdk-customer-data-platform check --help`.

python -m customer_data.quality check quality_rules.py [--data customers.csv [--key user_id] [--report report.html]]
python -m customer_data.quality check --settings cdk.out/STACK.PIPELINE.quality.json [--data ...] [--reference RULE=CSV]
"""

from __future__ import annotations

import sys

from customer_data.quality.laptop.requirements import problem

if __name__ == "__main__":
    if found := problem():
        sys.exit(found)
    from customer_data.quality.laptop.command import main

    sys.exit(main(sys.argv[1:]))
