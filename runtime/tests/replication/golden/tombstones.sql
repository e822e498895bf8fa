-- Amazon Redshift Database Developer Guide: CREATE TABLE; DELETE
CREATE TABLE IF NOT EXISTS "crm"."customers__tombstones" ("id" INTEGER, cdp_sequence VARCHAR(64), deleted_at TIMESTAMP) DISTSTYLE KEY DISTKEY ("id");
DELETE FROM "crm"."customers__tombstones" WHERE deleted_at < '2024-01-31 12:00:00.000000';
