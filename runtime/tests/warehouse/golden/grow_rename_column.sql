-- Amazon Redshift Database Developer Guide, "ALTER TABLE": RENAME COLUMN.
ALTER TABLE "crm"."customers" RENAME COLUMN "__grown_1f" TO "balance"
