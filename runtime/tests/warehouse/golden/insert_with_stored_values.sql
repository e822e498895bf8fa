-- Amazon Redshift Database Developer Guide, "INSERT": a query with a join; "CAST function".
INSERT INTO "crm"."customers" ("user_id", "name", "balance", "born", "active", "updated", "city", "order") SELECT c1::BIGINT, c2, c3::NUMERIC(18,4), TO_DATE(c4, 'DD/MM/YYYY'), (STRPOS('tTyY1', LEFT(c5, 1)) > 0), c6::TIMESTAMP, s1, s2 FROM "__staged_1f" JOIN "__stored_1f" ON k1 = c1::BIGINT
