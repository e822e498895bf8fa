-- Amazon Redshift Database Developer Guide, "INSERT": a query with a join; "CAST function".
INSERT INTO "crm"."customers" ("user_id", "name", "balance", "born", "active", "updated", "city", "order") SELECT c1::INTEGER, c2, c3::NUMERIC(18,4), c4, c5, (c6 AT TIME ZONE 'UTC'), s1, s2 FROM "__staged_1f" JOIN "__stored_1f" ON k1 = c1::INTEGER
