-- Amazon Redshift Database Developer Guide, "COUNT function"; "POSIX operators": expression ~ pattern.
SELECT COUNT(*) FROM "crm"."customers" WHERE "balance__as_varchar" IS NOT NULL AND NOT ("balance" IS NULL AND "balance__as_varchar" ~ '^-?(0|[1-9][0-9]{0,33})([.][0-9]{1,4})?$')
