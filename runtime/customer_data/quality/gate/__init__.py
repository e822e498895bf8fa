"""The gate's job: good rows go on, bad ones into quarantine."""
