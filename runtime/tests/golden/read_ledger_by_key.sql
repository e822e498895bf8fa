-- Amazon Redshift Database Developer Guide, "SELECT"; "IN condition".
SELECT load_id, bucket, object_key, sequencer, event_time, status FROM "crm"."customers__loads" WHERE status = 'loaded' AND object_key IN ('customers/it''s.csv')
