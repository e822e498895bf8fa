-- Amazon Redshift Database Developer Guide, "COUNT function".
SELECT COUNT(*) FROM "crm"."customers"
