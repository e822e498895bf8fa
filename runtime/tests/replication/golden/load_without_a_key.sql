-- Amazon Redshift Database Developer Guide: INSERT (query)
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'no full load' END AS INTEGER) FROM "__staged_1f" WHERE c1 <> 'I' OR c6 <> '';
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'values would change' END AS INTEGER) FROM "__staged_1f" WHERE c2::INTEGER <> c2 OR c4::NUMERIC(18,4) <> c4;
INSERT INTO "crm"."customers" ("id", "name", "balance", "cdp_sequence", "cdp_operation") SELECT c2::INTEGER, c3, c4::NUMERIC(18,4), '20240101000000000.', 'I' FROM "__staged_1f" WHERE 1 = 1;
