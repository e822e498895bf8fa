-- Oracle's types that PostgreSQL has none for, as columns may be declared: long, raw, nclob...
CREATE SCHEMA oracle_catalog;
GRANT USAGE ON SCHEMA oracle_catalog TO PUBLIC;

CREATE DOMAIN oracle_catalog.long AS text;
CREATE DOMAIN oracle_catalog.nclob AS text;
CREATE DOMAIN oracle_catalog.raw AS bytea;
CREATE DOMAIN oracle_catalog.long_raw AS bytea;
CREATE DOMAIN oracle_catalog.float AS double precision;

CREATE FUNCTION oracle_catalog.domain_name(type oid) RETURNS text STABLE LANGUAGE sql AS $$
  SELECT upper(replace(t.typname, '_', ' ')) FROM pg_type t
  WHERE t.oid = type AND t.typnamespace = 'oracle_catalog'::regnamespace
$$;

CREATE FUNCTION oracle_catalog.fraction(modifier int) RETURNS int IMMUTABLE LANGUAGE sql AS $$
  SELECT CASE WHEN modifier < 0 THEN 6 ELSE modifier END
$$;

-- Names and sizes as ALL_TAB_COLUMNS gives them (Oracle Database Reference, "ALL_TAB_COLUMNS").
CREATE FUNCTION oracle_catalog.data_type(type oid, modifier int) RETURNS text STABLE LANGUAGE sql AS $$
  SELECT coalesce(oracle_catalog.domain_name(type), CASE type
    WHEN 'numeric'::regtype THEN 'NUMBER'
    WHEN 'smallint'::regtype THEN 'NUMBER'
    WHEN 'integer'::regtype THEN 'NUMBER'
    WHEN 'bigint'::regtype THEN 'NUMBER'
    WHEN 'boolean'::regtype THEN 'NUMBER'
    WHEN 'double precision'::regtype THEN 'BINARY_DOUBLE'
    WHEN 'real'::regtype THEN 'BINARY_FLOAT'
    WHEN 'varchar'::regtype THEN 'VARCHAR2'
    WHEN 'bpchar'::regtype THEN 'CHAR'
    WHEN 'text'::regtype THEN 'CLOB'
    WHEN 'bytea'::regtype THEN 'BLOB'
    WHEN 'date'::regtype THEN 'DATE'
    WHEN 'timestamp'::regtype THEN
      CASE modifier WHEN 0 THEN 'DATE' ELSE format('TIMESTAMP(%s)', oracle_catalog.fraction(modifier)) END
    WHEN 'timestamptz'::regtype THEN format('TIMESTAMP(%s) WITH TIME ZONE', oracle_catalog.fraction(modifier))
    WHEN 'interval'::regtype THEN 'INTERVAL DAY(2) TO SECOND(6)'
    WHEN 'uuid'::regtype THEN 'RAW'
    WHEN 'xml'::regtype THEN 'XMLTYPE'
    WHEN 'json'::regtype THEN 'JSON'
    WHEN 'jsonb'::regtype THEN 'JSON'
    ELSE upper(format_type(type, NULL))
  END)
$$;

CREATE FUNCTION oracle_catalog.data_precision(type oid, modifier int) RETURNS int STABLE LANGUAGE sql AS $$
  SELECT CASE type
    WHEN 'numeric'::regtype THEN CASE WHEN modifier >= 4 THEN ((modifier - 4) >> 16) & 65535 END
    WHEN 'boolean'::regtype THEN 1
    WHEN 'smallint'::regtype THEN 5
    WHEN 'integer'::regtype THEN 10
    WHEN 'bigint'::regtype THEN 19
    WHEN 'oracle_catalog.float'::regtype THEN 126
  END
$$;

CREATE FUNCTION oracle_catalog.data_scale(type oid, modifier int) RETURNS int STABLE LANGUAGE sql AS $$
  SELECT CASE
    WHEN type = 'numeric'::regtype THEN CASE WHEN modifier >= 4 THEN (((modifier - 4) & 2047) # 1024) - 1024 END
    WHEN type IN ('boolean'::regtype, 'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) THEN 0
    WHEN type = 'timestamp'::regtype AND modifier = 0 THEN NULL
    WHEN type IN ('timestamp'::regtype, 'timestamptz'::regtype) THEN oracle_catalog.fraction(modifier)
  END
$$;

CREATE FUNCTION oracle_catalog.char_length(type oid, modifier int) RETURNS int STABLE LANGUAGE sql AS $$
  SELECT CASE
    WHEN type NOT IN ('varchar'::regtype, 'bpchar'::regtype) THEN 0
    WHEN modifier >= 4 THEN modifier - 4
    ELSE 4000
  END
$$;

CREATE FUNCTION oracle_catalog.data_length(type oid, modifier int) RETURNS int STABLE LANGUAGE sql AS $$
  SELECT CASE
    WHEN type IN ('varchar'::regtype, 'bpchar'::regtype)
      THEN least(4 * oracle_catalog.char_length(type, modifier), CASE type WHEN 'bpchar'::regtype THEN 2000 ELSE 4000 END)
    WHEN type IN ('numeric'::regtype, 'boolean'::regtype, 'smallint'::regtype, 'integer'::regtype, 'bigint'::regtype,
      'oracle_catalog.float'::regtype) THEN 22
    WHEN type = 'date'::regtype OR (type = 'timestamp'::regtype AND modifier = 0) THEN 7
    WHEN type = 'timestamp'::regtype THEN 11
    WHEN type = 'timestamptz'::regtype THEN 13
    WHEN type = 'double precision'::regtype THEN 8
    WHEN type = 'real'::regtype THEN 4
    WHEN type = 'uuid'::regtype THEN 16
    WHEN type IN ('oracle_catalog.long'::regtype, 'oracle_catalog.long_raw'::regtype) THEN 0
    WHEN type = 'oracle_catalog.raw'::regtype THEN 2000
    ELSE 4000
  END
$$;
