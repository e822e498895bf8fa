"""What runs deployed code: Lambda functions with their event sources, Glue runs, and the logs and metrics of both."""
