"""What runs in AWS Glue for cdk-customer-data-platform: CSV files in, rows of a Redshift table out.

The package needs only what Glue 5.1 ships (pyarrow, numpy, boto3) and imports no Spark: `jobs/` spreads its
functions over Spark tasks.
"""
