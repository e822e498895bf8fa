-- Amazon Redshift Database Developer Guide, "ALTER TABLE": one ADD COLUMN a statement; in a transaction, which keeps the table locked. Without NOT NULL,
-- which needs a DEFAULT, and a column with that is never changed again.
ALTER TABLE "crm"."customers" ADD COLUMN "__grown_1f" NUMERIC(38,4)
