-- Amazon Redshift Database Developer Guide, "UPDATE": SET of several columns; "POSIX operators": expression ~ pattern;
-- "CASE conditional expression": the first condition that is true decides; "CAST function": expression::type. No decimals:
-- a repetition of 1 to 0 is no pattern.
UPDATE "crm"."customers" SET "__grown_1f" = CASE WHEN "balance" IS NULL AND "balance__as_varchar" ~ '^-?(0|[1-9][0-9]{0,37})$' THEN "balance__as_varchar"::NUMERIC(38,0) ELSE "balance"::NUMERIC(38,0) END, "balance__as_varchar" = CASE WHEN "balance" IS NULL AND "balance__as_varchar" ~ '^-?(0|[1-9][0-9]{0,37})$' THEN NULL ELSE "balance__as_varchar" END WHERE "balance" IS NOT NULL OR "balance__as_varchar" IS NOT NULL
