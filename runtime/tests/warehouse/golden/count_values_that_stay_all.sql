-- Amazon Redshift Database Developer Guide, "COUNT function".
SELECT COUNT(*) FROM "crm"."customers" WHERE "balance__as_varchar" IS NOT NULL
