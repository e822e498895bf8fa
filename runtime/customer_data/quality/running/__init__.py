"""How rules run over a file: Arrow kernels beside the reader, SQL and Python rules over Spark."""
