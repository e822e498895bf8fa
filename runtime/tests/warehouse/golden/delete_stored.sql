-- Amazon Redshift Database Developer Guide, "DELETE": USING a table in the WHERE clause.
DELETE FROM "crm"."customers" USING "__staged_1f" WHERE "customers"."user_id" = "__staged_1f".c1::INTEGER AND "customers"."name" = "__staged_1f".c2
