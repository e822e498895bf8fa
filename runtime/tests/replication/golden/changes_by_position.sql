-- Amazon Redshift Database Developer Guide: the same; LPAD and OCTET_LENGTH functions
CREATE TEMP TABLE "__last_1f" DISTSTYLE KEY DISTKEY (k1) AS SELECT *, CASE WHEN op IN ('I', 'U', 'D') AND OCTET_LENGTH(s) = 35 THEN 0 ELSE 1 END AS unfit, CASE WHEN (op = 'U' AND b1 IS NOT NULL AND (b1 <> k1)) THEN 1 ELSE 0 END AS moved FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k1 ORDER BY s DESC, row_position DESC) AS place FROM (SELECT "__staged_1f".c2::INTEGER AS k1, CASE WHEN OCTET_LENGTH(c6) BETWEEN 1 AND 35 THEN LPAD(c6, 35, '0') END AS s, c1 AS op, c3 AS v2, c4::NUMERIC(18,4) AS v3, row_position, "__staged_1f".c7::INTEGER AS b1, CASE WHEN c2::INTEGER <> c2 OR c4::NUMERIC(18,4) <> c4 THEN 1 ELSE 0 END AS changes FROM "__staged_1f") AS events) AS ranked WHERE place = 1 OR CASE WHEN op IN ('I', 'U', 'D') AND OCTET_LENGTH(s) = 35 THEN 0 ELSE 1 END = 1 OR (op = 'U' AND b1 IS NOT NULL AND (b1 <> k1));
CREATE TEMP TABLE "__marked_1f" DISTSTYLE KEY DISTKEY (k1) AS SELECT k1, s, b1, unfit, changes, moved FROM "__last_1f" WHERE unfit = 1 OR changes = 1 OR moved = 1 OR k1 IS NULL;
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'a row is no change' END AS INTEGER) FROM "__marked_1f" WHERE unfit = 1 OR k1 IS NULL;
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'values would change' END AS INTEGER) FROM "__marked_1f" WHERE changes = 1;
CREATE TEMP TABLE "__moved_1f" DISTSTYLE KEY DISTKEY (b1) AS SELECT b1, MAX(s) AS s FROM "__marked_1f" WHERE moved = 1 GROUP BY b1;
DELETE FROM "__last_1f" WHERE place > 1;
DELETE FROM "__last_1f" USING "__moved_1f" WHERE "__last_1f".k1 = "__moved_1f".b1 AND "__last_1f".s < "__moved_1f".s;
INSERT INTO "__last_1f" (k1, s) SELECT "__moved_1f".b1, "__moved_1f".s FROM "__moved_1f" LEFT JOIN "__last_1f" ON "__last_1f".k1 = "__moved_1f".b1 WHERE "__last_1f".k1 IS NULL;
DELETE FROM "crm"."customers" USING "__last_1f" WHERE "customers"."id" = "__last_1f".k1;
INSERT INTO "crm"."customers" ("id", "name", "balance", "cdp_sequence") SELECT k1, v2, v3, '20240101000000000.' || "__last_1f".s FROM "__last_1f" WHERE "__last_1f".op IN ('I', 'U');
INSERT INTO "crm"."customers__tombstones" ("id", cdp_sequence, deleted_at) SELECT "__last_1f".k1, '20240101000000000.' || "__last_1f".s, '2024-03-01 12:00:00.000000'::TIMESTAMP FROM "__last_1f" WHERE op = 'D' OR op IS NULL;
