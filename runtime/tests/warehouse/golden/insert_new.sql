-- Amazon Redshift Database Developer Guide, "INSERT": columns that are not listed get their default value; "FROM clause": LEFT JOIN.
INSERT INTO "crm"."customers" ("user_id", "name", "balance", "born", "active", "updated") SELECT c1::INTEGER, c2, c3::NUMERIC(18,4), c4, c5, (c6 AT TIME ZONE 'UTC') FROM "__staged_1f" LEFT JOIN "__stored_1f" ON k1 = c1::INTEGER AND k2 = c2 WHERE k1 IS NULL
