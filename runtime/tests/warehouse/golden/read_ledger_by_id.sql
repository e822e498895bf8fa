-- Amazon Redshift Database Developer Guide, "SELECT"; "IN condition".
SELECT load_id, status, bucket, object_key, version_id, sequencer, etag, event_time, finished_at FROM "crm"."customers__loads" WHERE load_id IN ('abababababababababababababababababababababababababababababababab')
