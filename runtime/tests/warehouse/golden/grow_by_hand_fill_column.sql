-- Amazon Redshift Database Developer Guide, "UPDATE".
UPDATE "crm"."customers" SET "balance__grown" = "balance"::NUMERIC(38,4)
