-- Amazon Redshift Database Developer Guide: CREATE TABLE AS; DELETE ... USING; INSERT (query)
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'no full load' END AS INTEGER) FROM "__staged_1f" WHERE c1 <> 'I' OR c6 <> '';
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'values would change' END AS INTEGER) FROM "__staged_1f" WHERE c2::INTEGER <> c2 OR c4::NUMERIC(18,4) <> c4;
CREATE TEMP TABLE "__newest_1f" DISTSTYLE KEY DISTKEY (k1) AS SELECT k1 FROM (SELECT "__staged_1f".c2::INTEGER AS k1 FROM "__staged_1f") AS loaded GROUP BY k1;
SELECT CAST(CASE WHEN COUNT(*) = (SELECT COUNT(*) FROM "__newest_1f") THEN '0' ELSE 'ties' END AS INTEGER) FROM "__staged_1f";
DELETE FROM "__staged_1f" USING "crm"."customers" WHERE '20240101000000000.' <= '20240101000000000.20240101000000000000000000000000007' AND "customers"."id" = "__staged_1f".c2::INTEGER AND "customers".cdp_sequence > '20240101000000000.';
DELETE FROM "__staged_1f" USING "crm"."customers__tombstones" WHERE '20240101000000000.' <= '20240101000000000.20240101000000000000000000000000007' AND "customers__tombstones"."id" = "__staged_1f".c2::INTEGER AND "customers__tombstones".cdp_sequence > '20240101000000000.';
DELETE FROM "crm"."customers" USING "__staged_1f" WHERE "customers"."id" = "__staged_1f".c2::INTEGER;
INSERT INTO "crm"."customers" ("id", "name", "balance", "cdp_sequence") SELECT c2::INTEGER, c3, c4::NUMERIC(18,4), '20240101000000000.' FROM "__staged_1f" WHERE 1 = 1;
