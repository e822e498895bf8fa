-- Amazon Redshift Database Developer Guide, "CREATE TABLE": IF NOT EXISTS, SORTKEY as a table attribute.
CREATE TABLE IF NOT EXISTS "crm"."customers__loads" (
  load_id VARCHAR(64),
  bucket VARCHAR(63),
  object_key VARCHAR(1024),
  version_id VARCHAR(1024),
  sequencer VARCHAR(64),
  etag VARCHAR(128),
  event_time TIMESTAMPTZ,
  status VARCHAR(16),
  reason VARCHAR(4096),
  rows_read BIGINT,
  rows_loaded BIGINT,
  rows_rejected BIGINT,
  columns_added VARCHAR(65535),
  header_map VARCHAR(65535),
  run_id VARCHAR(255),
  finished_at TIMESTAMPTZ
) SORTKEY (load_id)
