-- Amazon Redshift Database Developer Guide, "DELETE": USING a table in the WHERE clause.
DELETE FROM "__staged_1f" USING "crm"."customers" WHERE "customers"."user_id" = "__staged_1f".c1::INTEGER AND ("customers"."updated" > ("__staged_1f".c6 AT TIME ZONE 'UTC') OR ("customers"."updated" IS NOT NULL AND ("__staged_1f".c6 AT TIME ZONE 'UTC') IS NULL))
