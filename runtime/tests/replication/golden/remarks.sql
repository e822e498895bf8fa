-- "SELECT": LIMIT (Redshift Database Developer Guide, "ORDER BY clause").
SELECT 1 FROM "__staged_1f" WHERE c1 = 'U' LIMIT 1;
