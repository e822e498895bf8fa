-- Amazon Redshift Database Developer Guide, "INSERT": a query; "CAST function"; "TO_DATE function"; "STRPOS function"; "LEFT and RIGHT functions".
INSERT INTO "crm"."customers" ("user_id", "name", "balance", "born", "active", "updated") SELECT c1::BIGINT, c2, c3::NUMERIC(18,4), TO_DATE(c4, 'DD/MM/YYYY'), (STRPOS('tTyY1', LEFT(c5, 1)) > 0), c6::TIMESTAMP FROM "__staged_1f"
