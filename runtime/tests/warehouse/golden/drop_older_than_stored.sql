-- Amazon Redshift Database Developer Guide, "DELETE": USING a table in the WHERE clause.
DELETE FROM "__staged_1f" USING "crm"."customers" WHERE "customers"."user_id" = "__staged_1f".c1::BIGINT AND ("customers"."updated" > "__staged_1f".c6::TIMESTAMP OR ("customers"."updated" IS NOT NULL AND "__staged_1f".c6::TIMESTAMP IS NULL))
