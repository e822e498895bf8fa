-- Redshift's system views, over what this database holds. Names are the ones that were asked for, up to 127 bytes;
-- lengths are bytes; the server's own schemas are left out.
CREATE FUNCTION redshift_catalog.type_name(type oid, typmod integer, with_length boolean) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE type
        WHEN 'jsonb'::regtype THEN 'super'
        WHEN 'bytea'::regtype THEN 'binary varying'
        WHEN 'text'::regtype THEN CASE WHEN with_length THEN 'character varying(65535)' ELSE 'character varying' END
        ELSE format_type(type, CASE WHEN with_length THEN typmod END) END
$$;

CREATE VIEW redshift_catalog.visible_column AS
SELECT c.oid AS relation, n.nspname::text AS schema_name, redshift_catalog.real_name(c.relname) AS table_name,
       c.relname::text AS short_table_name, redshift_catalog.real_name(a.attname) AS column_name, a.attnum,
       a.atttypid, a.atttypmod, a.attnotnull,
       CASE a.attidentity WHEN 'a' THEN format('"identity"(%s, %s, ''1,1''::text)', c.oid, a.attnum - 1)
            WHEN 'd' THEN format('"default_identity"(%s, %s, ''1,1''::text)', c.oid, a.attnum - 1)
            ELSE pg_get_expr(d.adbin, d.adrelid) END AS column_default
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'v') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'redshift_catalog', 'pg_toast')
  AND NOT pg_is_other_temp_schema(n.oid)
  AND (pg_has_role(c.relowner, 'USAGE')
       OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
       OR has_table_privilege(c.oid, 'DELETE'));

CREATE VIEW redshift_catalog.columns AS
SELECT current_database()::text AS table_catalog, schema_name AS table_schema, table_name, column_name,
       attnum::integer AS ordinal_position, column_default, CASE WHEN attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
       redshift_catalog.type_name(atttypid, atttypmod, false) AS data_type,
       CASE WHEN atttypid IN ('varchar'::regtype, 'bpchar'::regtype) THEN atttypmod - 4
            WHEN atttypid = 'text'::regtype THEN 65535 END AS character_maximum_length,
       CASE atttypid WHEN 'int2'::regtype THEN 16 WHEN 'int4'::regtype THEN 32 WHEN 'int8'::regtype THEN 64
            WHEN 'float4'::regtype THEN 24 WHEN 'float8'::regtype THEN 53
            WHEN 'numeric'::regtype THEN ((atttypmod - 4) >> 16) & 65535 END AS numeric_precision,
       CASE WHEN atttypid = 'numeric'::regtype THEN 10
            WHEN atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'float4'::regtype, 'float8'::regtype)
            THEN 2 END AS numeric_precision_radix,
       CASE WHEN atttypid = 'numeric'::regtype THEN (atttypmod - 4) & 2047
            WHEN atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN 0 END AS numeric_scale,
       CASE WHEN atttypid IN ('timestamp'::regtype, 'timestamptz'::regtype) THEN 6 END AS datetime_precision
FROM redshift_catalog.visible_column;

CREATE VIEW redshift_catalog.svv_columns AS
SELECT c.*, NULL::text AS interval_type, NULL::text AS interval_precision, NULL::text AS character_set_catalog,
       NULL::text AS character_set_schema, NULL::text AS character_set_name, NULL::text AS collation_catalog,
       NULL::text AS collation_schema, NULL::text AS collation_name, NULL::text AS domain_name, NULL::text AS remarks
FROM redshift_catalog.columns c;

-- Amazon Redshift, "PG_TABLE_DEF": only tables in the search path. Without ENCODE, the encodings that ENCODE AUTO
-- starts with.
CREATE VIEW redshift_catalog.pg_table_def AS
SELECT v.schema_name AS schemaname, v.table_name AS tablename, v.column_name AS "column",
       redshift_catalog.type_name(v.atttypid, v.atttypmod, true) AS type,
       coalesce(a.encoding, CASE
           WHEN a.sortkey <> 0 OR v.atttypid IN ('bool'::regtype, 'float4'::regtype, 'float8'::regtype) THEN 'none'
           WHEN v.atttypid IN ('varchar'::regtype, 'bpchar'::regtype, 'text'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
           THEN 'lzo' ELSE 'az64' END) AS encoding,
       coalesce(a.distkey, false) AS distkey, coalesce(a.sortkey, 0) AS sortkey, v.attnotnull AS "notnull"
FROM redshift_catalog.visible_column v
LEFT JOIN redshift_catalog.column_attribute a ON a.relation = v.relation AND a.attnum = v.attnum
WHERE v.schema_name = ANY (current_schemas(false)::text[]) OR v.schema_name LIKE 'pg_temp%';

-- Amazon Redshift, "SVV_REDSHIFT_COLUMNS".
CREATE VIEW redshift_catalog.svv_redshift_columns AS
SELECT current_database()::text AS database_name, v.schema_name, v.table_name, v.column_name,
       v.attnum::integer AS ordinal_position, redshift_catalog.type_name(v.atttypid, v.atttypmod, true) AS data_type,
       v.column_default, CASE WHEN v.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable, a.encoding,
       coalesce(a.distkey, false) AS distkey, coalesce(a.sortkey, 0) AS sortkey,
       (SELECT p.attacl::text FROM pg_attribute p WHERE p.attrelid = v.relation AND p.attnum = v.attnum) AS column_acl,
       NULL::text AS remarks
FROM redshift_catalog.visible_column v
LEFT JOIN redshift_catalog.column_attribute a ON a.relation = v.relation AND a.attnum = v.attnum;

CREATE VIEW redshift_catalog.tables AS
SELECT DISTINCT current_database()::text AS table_catalog, v.schema_name AS table_schema, v.table_name,
       CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'BASE TABLE' END AS table_type
FROM redshift_catalog.visible_column v JOIN pg_class c ON c.oid = v.relation;
CREATE VIEW redshift_catalog.svv_tables AS SELECT t.*, NULL::text AS remarks FROM redshift_catalog.tables t;

-- pg_constraint: the informational constraints, and no trace of the checks that count bytes.
CREATE VIEW redshift_catalog.pg_constraint AS
SELECT i.conname, c.relnamespace AS connamespace, i.contype, false AS condeferrable, false AS condeferred, i.conrelid,
       0::oid AS contypid, coalesce(i.confrelid, 0::oid) AS confrelid, i.conkey, nullif(i.confkey, '{}') AS confkey
FROM redshift_catalog.informational_constraint i JOIN pg_class c ON c.oid = i.conrelid;

CREATE VIEW redshift_catalog.table_constraints AS
SELECT current_database()::text AS constraint_catalog, n.nspname::text AS constraint_schema,
       i.conname::text AS constraint_name, current_database()::text AS table_catalog, n.nspname::text AS table_schema,
       redshift_catalog.real_name(c.relname) AS table_name,
       CASE i.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' ELSE 'FOREIGN KEY' END AS constraint_type,
       'NO' AS is_deferrable, 'NO' AS initially_deferred
FROM redshift_catalog.informational_constraint i
JOIN pg_class c ON c.oid = i.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace;

CREATE VIEW redshift_catalog.key_column_usage AS
SELECT t.constraint_catalog, t.constraint_schema, t.constraint_name, t.table_catalog, t.table_schema, t.table_name,
       redshift_catalog.real_name(a.attname) AS column_name, k.ordinal_position::integer AS ordinal_position
FROM redshift_catalog.informational_constraint i
JOIN pg_class c ON c.oid = i.conrelid
JOIN redshift_catalog.table_constraints t
  ON t.constraint_name = i.conname AND t.table_schema = c.relnamespace::regnamespace::text
     AND t.table_name = redshift_catalog.real_name(c.relname)
CROSS JOIN unnest(i.conkey) WITH ORDINALITY AS k (attnum, ordinal_position)
JOIN pg_attribute a ON a.attrelid = i.conrelid AND a.attnum = k.attnum;

-- Amazon Redshift, "SVV_TABLE_INFO": superusers only, and no empty tables. Rows are the last ANALYZE's estimate.
CREATE VIEW redshift_catalog.svv_table_info AS
SELECT current_database()::text AS database, n.nspname::text AS schema, c.oid::bigint AS table_id,
       redshift_catalog.real_name(c.relname) AS "table",
       coalesce((SELECT format('KEY(%s)', redshift_catalog.real_name(p.attname)) FROM redshift_catalog.column_attribute a
                 JOIN pg_attribute p ON p.attrelid = a.relation AND p.attnum = a.attnum
                 WHERE a.relation = c.oid AND a.distkey), 'AUTO(ALL)') AS diststyle,
       coalesce((SELECT redshift_catalog.real_name(p.attname) FROM redshift_catalog.column_attribute a
                 JOIN pg_attribute p ON p.attrelid = a.relation AND p.attnum = a.attnum
                 WHERE a.relation = c.oid AND a.sortkey = 1), 'AUTO(SORTKEY)') AS sortkey1,
       greatest(pg_relation_size(c.oid) / 1048576, 1) AS size, greatest(c.reltuples, 0)::numeric(38, 0) AS tbl_rows
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND pg_relation_size(c.oid) > 0
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'redshift_catalog');

GRANT SELECT ON ALL TABLES IN SCHEMA redshift_catalog TO PUBLIC;
REVOKE SELECT ON redshift_catalog.svv_table_info FROM PUBLIC;
