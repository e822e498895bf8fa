-- Amazon Redshift Database Developer Guide, "ALTER TABLE": DROP COLUMN, refused where another object depends on it
-- (RESTRICT, the default) and for distribution and sort keys.
ALTER TABLE "crm"."customers" DROP COLUMN "balance"
