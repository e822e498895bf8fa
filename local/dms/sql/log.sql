-- What Oracle's redo log tells a replication with SUPPLEMENTAL LOG DATA (ALL): every column of every change, and DDL.
CREATE FUNCTION oracle_catalog.tell(command text, owner text, name text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_logical_emit_message(true, 'ddl', json_build_object('command', command, 'schema', owner, 'table', name)::text)
$$;

CREATE FUNCTION oracle_catalog.log_definition() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  changed record;
BEGIN
  IF current_setting('oracle_catalog.logging', true) = 'on' THEN
    RETURN;  -- called for the ALTER TABLE below
  END IF;
  FOR changed IN
    SELECT DISTINCT c.oid, c.relispartition, n.nspname, c.relname, d.command_tag
    FROM pg_event_trigger_ddl_commands() d
    JOIN pg_class c ON c.oid = d.objid AND d.object_type = 'table' AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
    JOIN pg_namespace n ON n.oid = c.relnamespace
  LOOP
    IF changed.command_tag <> 'ALTER TABLE' THEN
      PERFORM set_config('oracle_catalog.logging', 'on', true);
      EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', changed.oid::regclass);
      PERFORM set_config('oracle_catalog.logging', 'off', true);
    ELSIF NOT changed.relispartition THEN
      PERFORM oracle_catalog.tell('alter', changed.nspname, changed.relname);
    END IF;
  END LOOP;
END
$$;

CREATE FUNCTION oracle_catalog.log_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  dropped record;
BEGIN
  FOR dropped IN
    SELECT schema_name, object_name FROM pg_event_trigger_dropped_objects()
    WHERE object_type = 'table' AND NOT is_temporary
  LOOP
    PERFORM oracle_catalog.tell('drop', dropped.schema_name, dropped.object_name);
  END LOOP;
END
$$;

CREATE EVENT TRIGGER oracle_definitions ON ddl_command_end
  WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE') EXECUTE FUNCTION oracle_catalog.log_definition();
CREATE EVENT TRIGGER oracle_drops ON sql_drop EXECUTE FUNCTION oracle_catalog.log_drop();

CREATE PUBLICATION oracle_log FOR ALL TABLES WITH (publish_via_partition_root = true);
