"""IAM: who calls, which resources a request is about, and whether the policies allow it."""
