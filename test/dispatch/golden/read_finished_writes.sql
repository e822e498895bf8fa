-- Amazon Redshift Database Developer Guide, "EXTRACT function": EPOCH of a TIMESTAMPTZ is a DOUBLE PRECISION; "FLOOR function";
-- "CAST function". Management Guide, "Running SQL statements with parameters": `:name`.
SELECT object_key, version_id, etag, CAST(FLOOR(MAX(EXTRACT(EPOCH FROM event_time))) AS BIGINT) AS written_at FROM "crm"."customers__loads" WHERE bucket = :bucket AND finished_at >= CAST(:since AS TIMESTAMPTZ) GROUP BY object_key, version_id, etag
