-- Amazon Redshift Database Developer Guide, "COUNT function"; "CAST function": a text that is no number fails the statement.
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'a value has come' END AS INTEGER) FROM "crm"."customers" WHERE "balance__as_varchar" IS NOT NULL
