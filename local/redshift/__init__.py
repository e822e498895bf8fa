"""The local cloud's Amazon Redshift: its Data API and its SQL, on an embedded PostgreSQL.

| Module | Its story |
|---|---|
| `warehouses` | the namespaces and clusters that are deployed, on one server |
| `server` | its PostgreSQL (`../postgres`), with Redshift's functions and views |
| `dialect` | Redshift's SQL into PostgreSQL's; what Redshift refuses is refused |
| `tokenizer`, `types`, `expressions` | its tokens, data types, names and functions |
| `columns`, `create_table`, `alter_table`, `rights` | its DDL and grants |
| `identifiers` | names of up to 127 bytes on a server that keeps 63 |
| `sql/` | functions, system views, lengths in bytes, what Redshift remembers without enforcing |
| `s3_commands`, `copy`, `unload` | COPY and UNLOAD, with the S3 rights of their role |
| `logins` | IAM role -> database login, database roles from the tag `RedshiftDbRoles` |
| `data_api`, `session`, `requests`, `statements`, `results` | calls, transactions, pages of results |
| `client`, `moto_backend` | the API as a boto3 client without a server, and inside moto |

Where it differs from Redshift: `../README.md`, "What is not as in AWS".
"""
