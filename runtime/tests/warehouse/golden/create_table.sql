-- Amazon Redshift Database Developer Guide, "CREATE TABLE": DISTSTYLE KEY, DISTKEY, SORTKEY, NOT NULL.
CREATE TABLE "crm"."customers" (
  "user_id" INTEGER NOT NULL,
  "name" VARCHAR(64),
  "balance" NUMERIC(18,4),
  "born" DATE,
  "active" BOOLEAN,
  "updated" TIMESTAMPTZ
) DISTSTYLE KEY DISTKEY ("user_id") SORTKEY ("user_id")
