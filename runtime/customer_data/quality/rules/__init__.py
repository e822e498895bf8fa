"""Rules and rules files: what may be asked of the records of a file."""
