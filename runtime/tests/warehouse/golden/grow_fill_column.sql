-- Amazon Redshift Database Developer Guide, "UPDATE": SET column = expression; "CAST function": expression::type.
UPDATE "crm"."customers" SET "__grown_1f" = "balance"::NUMERIC(38,4) WHERE "balance" IS NOT NULL
