"""The local cloud's AWS DMS: replications that run, and the database that they read as if it were Oracle.

| Module | Its story |
|---|---|
| `service` | what the cloud starts and stops, and the switches |
| `source`, `sql/` | the database that plays Oracle: its server, its catalog, its log |
| `oracles` | its services, and the secrets for them |
| `api` | the calls of DMS: `endpoints`, `serverless`, `tasks`, and what they share, `calls` |
| `replication` | states and events of a replication, and what DMS refuses in each |
| `engine` | one run: full load, changes, batches |
| `job`, `access` | what a run is to do, and what is kept; its ways to the source and to S3 |
| `slot`, `pgoutput` | the place in the source's log, and what the log says |
| `tables`, `types` | the source's tables, and their types on the way to Parquet |
| `mappings`, `settings` | what is replicated, and how it is written |
| `files`, `target` | the bytes of a file; names, and writing to S3 |
| `statistics`, `faults`, `errors` | what is counted; what may go wrong; why a replication failed |

Where it differs from DMS: `../README.md`, "What is not as in AWS".
"""
