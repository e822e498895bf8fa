-- Amazon Redshift Database Developer Guide, "ALTER TABLE": DROP COLUMN, refused where another object depends on it.
ALTER TABLE "crm"."customers" DROP COLUMN "balance__as_varchar"
