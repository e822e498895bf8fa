-- Amazon Redshift Database Developer Guide, "ALTER TABLE": ALTER COLUMN TYPE, VARCHAR only, not in a transaction block.
ALTER TABLE "crm"."customers" ALTER COLUMN "name" TYPE VARCHAR(256)
