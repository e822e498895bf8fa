-- Amazon Redshift Database Developer Guide, "INSERT": a query; "CAST function"; "TO_DATE function"; "STRPOS function"; "LEFT and RIGHT functions".
INSERT INTO "crm"."customers" ("user_id", "name", "balance", "born", "active", "updated") SELECT c1::INTEGER, c2, c3::NUMERIC(18,4), c4, c5, (c6 AT TIME ZONE 'UTC') FROM "__staged_1f"
