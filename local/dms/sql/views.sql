-- The views of Oracle's catalog, with the columns that people read, computed from PostgreSQL's
-- (Oracle Database Reference, "Static Data Dictionary Views").
CREATE VIEW oracle_catalog.dual AS SELECT 'X'::varchar(1) AS dummy;

CREATE VIEW oracle_catalog.relations AS
  SELECT c.oid, c.relname::text AS name, n.nspname::text AS owner, c.relkind, c.relowner, c.reltuples, c.relpersistence
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT c.relispartition AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname NOT IN ('information_schema', 'oracle_catalog')
    AND (has_table_privilege(c.oid, 'SELECT') OR c.relkind NOT IN ('r', 'p', 'v', 'm'));

CREATE VIEW oracle_catalog.all_users AS
  SELECT nspname::text AS username, oid::bigint AS user_id FROM pg_namespace
  WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'oracle_catalog');

CREATE VIEW oracle_catalog.all_tables AS
  SELECT owner, name AS table_name, 'USERS'::text AS tablespace_name, 'VALID'::text AS status,
    CASE WHEN reltuples >= 0 THEN reltuples::bigint END AS num_rows,
    CASE relkind WHEN 'p' THEN 'YES' ELSE 'NO' END AS partitioned,
    'N'::text AS temporary, 'N'::text AS secondary, 'NO'::text AS nested, NULL::text AS iot_type,
    NULL::text AS iot_name, 'NO'::text AS dropped, 'NO'::text AS external
  FROM oracle_catalog.relations WHERE relkind IN ('r', 'p', 'm');

CREATE VIEW oracle_catalog.all_tab_cols AS
  SELECT r.owner, r.name AS table_name, a.attname::text AS column_name,
    oracle_catalog.data_type(a.atttypid, a.atttypmod) AS data_type, NULL::text AS data_type_mod,
    NULL::text AS data_type_owner,
    oracle_catalog.data_length(a.atttypid, a.atttypmod) AS data_length,
    oracle_catalog.data_precision(a.atttypid, a.atttypmod) AS data_precision,
    oracle_catalog.data_scale(a.atttypid, a.atttypmod) AS data_scale,
    CASE WHEN a.attnotnull THEN 'N' ELSE 'Y' END AS nullable,
    row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum)::int AS column_id,
    length(pg_get_expr(d.adbin, d.adrelid)) AS default_length, pg_get_expr(d.adbin, d.adrelid) AS data_default,
    oracle_catalog.char_length(a.atttypid, a.atttypmod) AS char_length,
    CASE WHEN a.atttypid IN ('varchar'::regtype, 'bpchar'::regtype) THEN 'C' END AS char_used,
    'NO'::text AS hidden_column,
    CASE WHEN a.attgenerated = '' THEN 'NO' ELSE 'YES' END AS virtual_column,
    a.attnum::int AS internal_column_id, 'YES'::text AS user_generated,
    CASE WHEN a.attidentity = '' THEN 'NO' ELSE 'YES' END AS identity_column
  FROM oracle_catalog.relations r
  JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE r.relkind IN ('r', 'p', 'v', 'm');

CREATE VIEW oracle_catalog.all_tab_columns AS
  SELECT owner, table_name, column_name, data_type, data_type_mod, data_type_owner, data_length, data_precision,
    data_scale, nullable, column_id, default_length, data_default, char_length, char_used, identity_column
  FROM oracle_catalog.all_tab_cols;

CREATE VIEW oracle_catalog.all_tab_identity_cols AS
  SELECT r.owner, r.name AS table_name, a.attname::text AS column_name,
    CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END AS generation_type,
    pg_get_serial_sequence(r.oid::regclass::text, a.attname) AS sequence_name, ''::text AS identity_options
  FROM oracle_catalog.relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attidentity <> '';

CREATE VIEW oracle_catalog.named_constraints AS
  SELECT c.oid, c.conname::text AS name, c.contype, c.conkey, c.conrelid, c.confrelid, c.conindid, c.confdeltype,
    c.condeferrable, c.condeferred, c.convalidated, c.conenforced, r.owner, r.name AS table_name
  FROM pg_constraint c JOIN oracle_catalog.relations r ON r.oid = c.conrelid
  WHERE c.contype IN ('p', 'u', 'f', 'c', 'n');

CREATE VIEW oracle_catalog.all_constraints AS
  SELECT c.owner, c.name AS constraint_name,
    CASE c.contype WHEN 'p' THEN 'P' WHEN 'u' THEN 'U' WHEN 'f' THEN 'R' ELSE 'C' END AS constraint_type,
    c.table_name,
    CASE c.contype
      WHEN 'c' THEN regexp_replace(pg_get_constraintdef(c.oid), '^CHECK \(\((.*)\)\).*$', '\1')
      WHEN 'n' THEN format('"%s" IS NOT NULL', a.attname)
    END AS search_condition,
    k.owner AS r_owner, k.name AS r_constraint_name,
    CASE WHEN c.contype = 'f'
      THEN CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END
    END AS delete_rule,
    CASE WHEN c.conenforced THEN 'ENABLED' ELSE 'DISABLED' END AS status,
    CASE WHEN c.condeferrable THEN 'DEFERRABLE' ELSE 'NOT DEFERRABLE' END AS deferrable,
    CASE WHEN c.condeferred THEN 'DEFERRED' ELSE 'IMMEDIATE' END AS deferred,
    CASE WHEN c.convalidated THEN 'VALIDATED' ELSE 'NOT VALIDATED' END AS validated,
    CASE WHEN c.contype = 'n' THEN 'GENERATED NAME' ELSE 'USER NAME' END AS generated
  FROM oracle_catalog.named_constraints c
  LEFT JOIN oracle_catalog.named_constraints k
    ON c.contype = 'f' AND k.conindid = c.conindid AND k.contype IN ('p', 'u')
  LEFT JOIN pg_attribute a ON c.contype = 'n' AND a.attrelid = c.conrelid AND a.attnum = c.conkey[1];

CREATE VIEW oracle_catalog.all_cons_columns AS
  SELECT c.owner, c.name AS constraint_name, c.table_name, a.attname::text AS column_name,
    CASE WHEN c.contype IN ('p', 'u', 'f') THEN key.place::int END AS position
  FROM oracle_catalog.named_constraints c
  CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS key (number, place)
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = key.number;

CREATE VIEW oracle_catalog.all_part_tables AS
  SELECT r.owner, r.name AS table_name,
    CASE p.partstrat WHEN 'r' THEN 'RANGE' WHEN 'l' THEN 'LIST' ELSE 'HASH' END AS partitioning_type,
    'NONE'::text AS subpartitioning_type,
    (SELECT count(*) FROM pg_inherits i WHERE i.inhparent = r.oid) AS partition_count,
    p.partnatts::int AS partitioning_key_count, NULL::text AS interval
  FROM pg_partitioned_table p JOIN oracle_catalog.relations r ON r.oid = p.partrelid;

CREATE VIEW oracle_catalog.all_part_key_columns AS
  SELECT r.owner, r.name, 'TABLE'::text AS object_type, a.attname::text AS column_name,
    key.place::int AS column_position
  FROM pg_partitioned_table p
  JOIN oracle_catalog.relations r ON r.oid = p.partrelid
  CROSS JOIN LATERAL unnest(p.partattrs::int2[]) WITH ORDINALITY AS key (number, place)
  JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = key.number;

CREATE VIEW oracle_catalog.all_tab_comments AS
  SELECT owner, name AS table_name, CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS table_type,
    obj_description(oid, 'pg_class') AS comments
  FROM oracle_catalog.relations WHERE relkind IN ('r', 'p', 'v');

CREATE VIEW oracle_catalog.all_mview_comments AS
  SELECT owner, name AS mview_name, obj_description(oid, 'pg_class') AS comments
  FROM oracle_catalog.relations WHERE relkind = 'm';

CREATE VIEW oracle_catalog.all_col_comments AS
  SELECT r.owner, r.name AS table_name, a.attname::text AS column_name,
    col_description(r.oid, a.attnum) AS comments
  FROM oracle_catalog.relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE r.relkind IN ('r', 'p', 'v', 'm');

CREATE VIEW oracle_catalog.all_views AS
  SELECT owner, name AS view_name, length(pg_get_viewdef(oid)) AS text_length, pg_get_viewdef(oid) AS text
  FROM oracle_catalog.relations WHERE relkind = 'v';

CREATE VIEW oracle_catalog.all_mviews AS
  SELECT owner, name AS mview_name, name AS container_name, pg_get_viewdef(oid) AS query,
    length(pg_get_viewdef(oid)) AS query_len, 'IMMEDIATE'::text AS build_mode
  FROM oracle_catalog.relations WHERE relkind = 'm';

CREATE VIEW oracle_catalog.all_sequences AS
  SELECT schemaname::text AS sequence_owner, sequencename::text AS sequence_name, min_value, max_value,
    increment_by, CASE WHEN cycle THEN 'Y' ELSE 'N' END AS cycle_flag, 'N'::text AS order_flag, cache_size,
    coalesce(last_value, start_value) AS last_number
  FROM pg_sequences WHERE schemaname NOT LIKE 'pg\_%';

CREATE VIEW oracle_catalog.all_triggers AS
  SELECT r.owner, t.tgname::text AS trigger_name,
    CASE WHEN t.tgtype & 2 > 0 THEN 'BEFORE' ELSE 'AFTER' END
      || CASE WHEN t.tgtype & 1 > 0 THEN ' EACH ROW' ELSE ' STATEMENT' END AS trigger_type,
    concat_ws(' OR ', CASE WHEN t.tgtype & 4 > 0 THEN 'INSERT' END, CASE WHEN t.tgtype & 16 > 0 THEN 'UPDATE' END,
      CASE WHEN t.tgtype & 8 > 0 THEN 'DELETE' END) AS triggering_event,
    r.owner AS table_owner, 'TABLE'::text AS base_object_type, r.name AS table_name,
    CASE t.tgenabled WHEN 'D' THEN 'DISABLED' ELSE 'ENABLED' END AS status, pg_get_triggerdef(t.oid) AS trigger_body
  FROM pg_trigger t JOIN oracle_catalog.relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal;

CREATE VIEW oracle_catalog.all_indexes AS
  SELECT i.owner, i.name AS index_name,
    CASE WHEN x.indexprs IS NULL THEN 'NORMAL' ELSE 'FUNCTION-BASED NORMAL' END AS index_type,
    t.owner AS table_owner, t.name AS table_name, 'TABLE'::text AS table_type,
    CASE WHEN x.indisunique THEN 'UNIQUE' ELSE 'NONUNIQUE' END AS uniqueness, 'VALID'::text AS status
  FROM pg_index x
  JOIN oracle_catalog.relations i ON i.oid = x.indexrelid
  JOIN oracle_catalog.relations t ON t.oid = x.indrelid;

CREATE VIEW oracle_catalog.all_ind_columns AS
  SELECT i.owner AS index_owner, i.name AS index_name, t.owner AS table_owner, t.name AS table_name,
    a.attname::text AS column_name, key.place::int AS column_position,
    CASE WHEN x.indoption[key.place - 1] & 1 > 0 THEN 'DESC' ELSE 'ASC' END AS descend
  FROM pg_index x
  JOIN oracle_catalog.relations i ON i.oid = x.indexrelid
  JOIN oracle_catalog.relations t ON t.oid = x.indrelid
  CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS key (number, place)
  JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = key.number;

CREATE VIEW oracle_catalog.all_objects AS
  SELECT owner, name AS object_name, NULL::text AS subobject_name, oid::bigint AS object_id,
    CASE relkind
      WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'i' THEN 'INDEX'
      WHEN 'I' THEN 'INDEX' ELSE 'TABLE'
    END AS object_type,
    'VALID'::text AS status, 'N'::text AS temporary, 'N'::text AS generated
  FROM oracle_catalog.relations WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'i', 'I')
  UNION ALL
  SELECT n.nspname::text, p.proname::text, NULL, p.oid::bigint,
    CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, 'VALID', 'N', 'N'
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'oracle_catalog')
  UNION ALL
  SELECT r.owner, t.tgname::text, NULL, t.oid::bigint, 'TRIGGER', 'VALID', 'N', 'N'
  FROM pg_trigger t JOIN oracle_catalog.relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal;

-- A table whose changes are logged with every column, as all are here unless somebody alters their REPLICA IDENTITY.
CREATE VIEW oracle_catalog.all_log_groups AS
  SELECT r.owner, 'SYS_C' || r.oid::text AS log_group_name, r.name AS table_name,
    'ALL COLUMN LOGGING'::text AS log_group_type, 'ALWAYS'::text AS always, 'GENERATED NAME'::text AS generated
  FROM oracle_catalog.relations r JOIN pg_class c ON c.oid = r.oid
  WHERE r.relkind IN ('r', 'p') AND c.relreplident = 'f';

CREATE VIEW oracle_catalog."v$database" AS
  SELECT current_database()::text AS name, 'ARCHIVELOG'::text AS log_mode, 'YES'::text AS supplemental_log_data_min,
    'NO'::text AS supplemental_log_data_pk, 'NO'::text AS supplemental_log_data_ui,
    'NO'::text AS supplemental_log_data_fk, 'NO'::text AS supplemental_log_data_all;

GRANT SELECT ON ALL TABLES IN SCHEMA oracle_catalog TO PUBLIC;
