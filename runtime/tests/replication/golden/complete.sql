-- Amazon Redshift Database Developer Guide: DELETE; CASE conditional expression
SELECT CAST(CASE WHEN COALESCE(SUM(rows_read), 0) = 1000 THEN '0' ELSE 'rows are missing' END AS INTEGER) FROM "crm"."customers__loads" WHERE status = 'loaded' AND kind = 'load' AND generation = '20240101000000000';
DELETE FROM "crm"."customers" WHERE cdp_sequence < '20240101000000000.' OR cdp_sequence IS NULL;
DELETE FROM "crm"."customers__tombstones" WHERE cdp_sequence < '20240101000000000.';
