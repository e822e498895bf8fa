-- Amazon Redshift Database Developer Guide, "CAST function": a text that is no number fails the statement, and so the batch.
SELECT CAST(CASE WHEN COUNT(*) = 1 THEN '0' ELSE 'a file is already loaded' END AS INTEGER) FROM "crm"."customers__loads" WHERE load_id IN ('abababababababababababababababababababababababababababababababab')
