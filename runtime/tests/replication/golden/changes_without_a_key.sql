-- Amazon Redshift Database Developer Guide: CREATE TABLE AS; SUBSTRING function; DELETE ... USING
CREATE TEMP TABLE "__newest_1f" DISTSTYLE KEY DISTKEY (s) AS SELECT c6 AS s, MAX(CASE WHEN c1 IN ('I', 'U', 'D') AND OCTET_LENGTH(c6) = 35 THEN 0 ELSE 1 END) AS unfit FROM "__staged_1f" GROUP BY 1;
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'a row is no change' END AS INTEGER) FROM "__newest_1f" WHERE unfit = 1;
SELECT CAST(CASE WHEN COUNT(*) = (SELECT COUNT(*) FROM "__newest_1f") THEN '0' ELSE 'ties' END AS INTEGER) FROM "__staged_1f";
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'values would change' END AS INTEGER) FROM "__staged_1f" WHERE c2::INTEGER <> c2 OR c4::NUMERIC(18,4) <> c4;
DELETE FROM "crm"."customers" USING "__newest_1f" WHERE "__newest_1f".s <= '20240101000000000000000000000000007' AND SUBSTRING("customers".cdp_sequence, 19) = "__newest_1f".s;
INSERT INTO "crm"."customers" ("id", "name", "balance", "cdp_sequence", "cdp_operation") SELECT c2::INTEGER, c3, c4::NUMERIC(18,4), '20240101000000000.' || c6, c1 FROM "__staged_1f";
