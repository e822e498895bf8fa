"""What all parts of the one process share: the context, the log, clients, child processes and names of files."""
