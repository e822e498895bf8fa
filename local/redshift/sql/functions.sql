-- Functions of Redshift that PostgreSQL lacks. A session's search path ends with this schema.
CREATE FUNCTION redshift_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE AS
    $$ SELECT date_trunc('second', statement_timestamp() AT TIME ZONE 'UTC') $$;
CREATE FUNCTION redshift_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE AS
    $$ SELECT transaction_timestamp() AT TIME ZONE 'UTC' $$;
CREATE FUNCTION redshift_catalog.len(value text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT length(value) $$;
CREATE FUNCTION redshift_catalog.charindex(sought text, value text) RETURNS integer LANGUAGE sql IMMUTABLE AS
    $$ SELECT strpos(value, sought) $$;
CREATE FUNCTION redshift_catalog.json_parse(value text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
    $$ SELECT value::jsonb $$;
CREATE FUNCTION redshift_catalog.json_serialize(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT value::text $$;
CREATE FUNCTION redshift_catalog.sha2(value text, bits integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(CASE bits WHEN 224 THEN sha224(convert_to(value, 'UTF8')) WHEN 384 THEN sha384(convert_to(value, 'UTF8'))
                            WHEN 512 THEN sha512(convert_to(value, 'UTF8')) ELSE sha256(convert_to(value, 'UTF8')) END, 'hex')
$$;

-- DATEDIFF counts the boundaries crossed: DATEDIFF(year, '2008-12-31', '2009-01-01') is 1.
CREATE FUNCTION redshift_catalog.datediff(part text, earlier timestamp, later timestamp) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    CASE part
        WHEN 'year' THEN RETURN extract(year FROM later) - extract(year FROM earlier);
        WHEN 'quarter' THEN RETURN (extract(year FROM later) - extract(year FROM earlier)) * 4
            + extract(quarter FROM later) - extract(quarter FROM earlier);
        WHEN 'month' THEN RETURN (extract(year FROM later) - extract(year FROM earlier)) * 12
            + extract(month FROM later) - extract(month FROM earlier);
        WHEN 'week' THEN  -- weeks begin on Sunday
            RETURN ((later::date - extract(dow FROM later)::integer) - (earlier::date - extract(dow FROM earlier)::integer)) / 7;
        WHEN 'day' THEN RETURN later::date - earlier::date;
        WHEN 'hour', 'minute', 'second' THEN
            RETURN round(extract(epoch FROM date_trunc(part, later) - date_trunc(part, earlier))
                         / extract(epoch FROM ('1 ' || part)::interval));
        WHEN 'millisecond' THEN
            RETURN round(extract(epoch FROM date_trunc(part, later) - date_trunc(part, earlier)) * 1000);
        WHEN 'microsecond' THEN RETURN round(extract(epoch FROM later - earlier) * 1000000);
    END CASE;
END $$;
CREATE FUNCTION redshift_catalog.dateadd(part text, amount bigint, start timestamp) RETURNS timestamp
LANGUAGE sql IMMUTABLE AS $$
    SELECT start + amount * CASE part WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || part)::interval END
$$;

-- Amazon Redshift, "FROM_HEX function".
CREATE FUNCTION redshift_catalog.from_hex(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
    $$ SELECT decode(value, 'hex') $$;
