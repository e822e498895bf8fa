-- Amazon Redshift Database Developer Guide, "ALTER TABLE": one ADD COLUMN a statement; in a transaction, which keeps the table locked.
ALTER TABLE "crm"."customers" ADD COLUMN "__grown_1f" NUMERIC(38,4)
