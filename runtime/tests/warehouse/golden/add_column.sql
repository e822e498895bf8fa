-- Amazon Redshift Database Developer Guide, "ALTER TABLE": one ADD COLUMN a statement, without IF NOT EXISTS.
ALTER TABLE "crm"."customers" ADD COLUMN "order""s" VARCHAR(128)
