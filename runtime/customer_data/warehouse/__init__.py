"""Everything that knows SQL: the Data API, the catalog, the plan of a load, its statements, the ledger."""
