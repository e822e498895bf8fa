-- Amazon Redshift Database Developer Guide, "CAST function": expression::type; a text that is no number fails the statement.
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'values would change' END AS INTEGER) FROM "crm"."customers" WHERE "balance"::DOUBLE PRECISION::NUMERIC(38,4) <> "balance"
