-- Amazon Redshift Database Developer Guide, "DELETE": USING a table in the WHERE clause.
DELETE FROM "__staged_1f" USING "crm"."customers" WHERE "customers"."user_id" = CAST("__staged_1f".c1 AS BIGINT) AND ("customers"."updated" > CAST("__staged_1f".c6 AS TIMESTAMP) OR ("customers"."updated" IS NOT NULL AND CAST("__staged_1f".c6 AS TIMESTAMP) IS NULL))
