-- Amazon Redshift Database Developer Guide, "CREATE TABLE": one DISTKEY column, up to 400 SORTKEY columns.
CREATE TABLE "crm"."customers" (
  "user_id" INTEGER NOT NULL,
  "name" VARCHAR(64) NOT NULL
) DISTSTYLE KEY DISTKEY ("user_id") SORTKEY ("user_id", "name")
