-- What Redshift keeps about tables and PostgreSQL does not, and the rules that follow from it.
CREATE SCHEMA redshift_catalog;
GRANT USAGE ON SCHEMA redshift_catalog TO PUBLIC;
-- Amazon Redshift, "CREATE SCHEMA": every user can create in schema public unless that is revoked.
GRANT CREATE ON SCHEMA public TO PUBLIC;

CREATE TABLE redshift_catalog.long_name (short name PRIMARY KEY, name text NOT NULL);
CREATE TABLE redshift_catalog.column_attribute (
    relation oid, attnum smallint, encoding text, distkey boolean NOT NULL, sortkey integer NOT NULL,
    PRIMARY KEY (relation, attnum)
);
CREATE TABLE redshift_catalog.informational_constraint (
    conname name, contype "char", conrelid oid, conkey smallint[],
    confrelid oid, confkey smallint[]
);
CREATE TABLE redshift_catalog.scoped_grant (
    schema_name name, role_name name, privileges text[] NOT NULL, PRIMARY KEY (schema_name, role_name)
);
GRANT SELECT ON ALL TABLES IN SCHEMA redshift_catalog TO PUBLIC;

CREATE FUNCTION redshift_catalog.real_name(short text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN short ~ '~[0-9a-f]{16}$'
                THEN coalesce((SELECT n.name FROM redshift_catalog.long_name n WHERE n.short = $1::name), $1)
                ELSE $1 END
$$;

CREATE FUNCTION redshift_catalog.attnum(relation regclass, column_name name) RETURNS smallint
LANGUAGE plpgsql STABLE AS $$
DECLARE found smallint;
BEGIN
    SELECT a.attnum INTO found FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attname = column_name AND a.attnum > 0 AND NOT a.attisdropped;
    IF found IS NULL THEN
        RAISE undefined_column USING MESSAGE = format('column "%s" of relation "%s" does not exist', column_name,
            (SELECT relname FROM pg_class WHERE oid = relation));
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION redshift_catalog.remember_column(
    relation regclass, column_name name, encoding text, distkey boolean, sortkey integer
) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO redshift_catalog.column_attribute
    VALUES (relation, redshift_catalog.attnum(relation, column_name), encoding, distkey, sortkey)
    ON CONFLICT (relation, attnum) DO UPDATE SET encoding = coalesce(excluded.encoding, column_attribute.encoding),
        distkey = excluded.distkey OR column_attribute.distkey,
        sortkey = greatest(excluded.sortkey, column_attribute.sortkey)
$$;

CREATE FUNCTION redshift_catalog.remember_constraint(
    name name, kind "char", relation regclass, columns name[], target regclass, target_columns name[]
) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO redshift_catalog.informational_constraint
    SELECT coalesce(name, c.relname || CASE kind WHEN 'p' THEN '_pkey' WHEN 'u' THEN '_' || columns[1] || '_key'
                                                 ELSE '_' || columns[1] || '_fkey' END), kind, relation,
           ARRAY(SELECT redshift_catalog.attnum(relation, n) FROM unnest(columns) WITH ORDINALITY AS u (n, i) ORDER BY i),
           target,
           ARRAY(SELECT redshift_catalog.attnum(target, n) FROM unnest(target_columns) WITH ORDINALITY AS u (n, i)
                 ORDER BY i)
    FROM pg_class c WHERE c.oid = relation
$$;

CREATE FUNCTION redshift_catalog.forget_constraint(relation regclass, name name) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    DELETE FROM redshift_catalog.informational_constraint WHERE conrelid = relation AND conname = name;
    IF NOT FOUND THEN
        RAISE undefined_object USING MESSAGE = format('constraint "%s" does not exist', name);
    END IF;
END $$;

-- Amazon Redshift, "ALTER TABLE": what ALTER COLUMN column_name TYPE refuses.
CREATE FUNCTION redshift_catalog.check_new_length(relation regclass, column_name name, new_length integer)
RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
    attribute pg_attribute;
    encoding_now text;
    longest integer;
BEGIN
    SELECT * INTO attribute FROM pg_attribute
    WHERE attrelid = relation AND attnum = redshift_catalog.attnum(relation, column_name);
    IF attribute.atttypid <> 'varchar'::regtype THEN
        RAISE feature_not_supported USING MESSAGE = format(
            'cannot alter column "%s": only the size of a VARCHAR column can be changed', column_name);
    END IF;
    IF attribute.atthasdef OR EXISTS (
        SELECT FROM redshift_catalog.informational_constraint
        WHERE conrelid = relation AND attribute.attnum = ANY (conkey)
           OR confrelid = relation AND attribute.attnum = ANY (confkey)
    ) THEN
        RAISE feature_not_supported USING MESSAGE = format(
            'cannot alter column "%s" with a DEFAULT, PRIMARY KEY, UNIQUE or FOREIGN KEY', column_name);
    END IF;
    SELECT encoding INTO encoding_now FROM redshift_catalog.column_attribute a
    WHERE a.relation = check_new_length.relation AND a.attnum = attribute.attnum;
    IF encoding_now IN ('bytedict', 'runlength', 'text255', 'text32k') THEN
        RAISE feature_not_supported USING MESSAGE = format(
            'cannot alter column "%s" with encoding %s', column_name, encoding_now);
    END IF;
    IF new_length < attribute.atttypmod - 4 THEN
        EXECUTE format('SELECT max(octet_length(%I)) FROM %s', column_name, relation) INTO longest;
        IF longest > new_length THEN
            RAISE feature_not_supported USING MESSAGE = format(
                'cannot decrease the size of column "%s" to %s bytes: the longest value has %s', column_name,
                new_length, longest);
        END IF;
    END IF;
END $$;

CREATE FUNCTION redshift_catalog.check_merge_source(relation regclass) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = relation) IN ('v', 'm') THEN
        RAISE feature_not_supported USING MESSAGE = 'the source of MERGE cannot be a view';
    END IF;
END $$;

-- VARCHAR(n) and CHAR(n) count bytes: a check for each such column, renewed when its length changes. It is named
-- "bytes <column number> <n>", from which the error is worded as Redshift words it.
CREATE FUNCTION redshift_catalog.count_bytes(relation regclass, is_new boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE clauses text;
BEGIN
    WITH wanted AS (
        SELECT format('bytes %s %s', attnum, atttypmod - 4) AS name, attname, atttypmod - 4 AS length
        FROM pg_attribute
        WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND atttypmod > 4
          AND atttypid IN ('varchar'::regtype, 'bpchar'::regtype)
    ), present AS (
        SELECT conname AS name FROM pg_constraint
        WHERE conrelid = relation AND contype = 'c' AND conname LIKE 'bytes %'
    )
    SELECT string_agg(clause, ', ') INTO clauses FROM (
        SELECT format('DROP CONSTRAINT %I', name) AS clause FROM present WHERE name NOT IN (SELECT name FROM wanted)
        UNION ALL
        SELECT format('ADD CONSTRAINT %I CHECK (octet_length(%I) <= %s) %s', name, attname, length,
                      CASE WHEN is_new THEN '' ELSE 'NOT VALID' END)
        FROM wanted WHERE name NOT IN (SELECT name FROM present)
    ) AS changes;
    IF clauses IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %s %s', relation, clauses);
    END IF;
END $$;

-- Scoped permissions (Amazon Redshift, "GRANT": scoped permissions). PostgreSQL has no ALTER and DROP permission: the
-- role that has them in a schema owns the schema's tables.
CREATE FUNCTION redshift_catalog.apply_scoped_grants(relation regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE granted record;
BEGIN
    FOR granted IN
        SELECT g.role_name, array_to_string(array_remove(array_remove(g.privileges, 'ALTER'), 'DROP'), ', ') AS privileges,
               g.privileges && ARRAY['ALTER', 'DROP'] AS owns
        FROM redshift_catalog.scoped_grant g
        JOIN pg_namespace n ON n.nspname = g.schema_name
        JOIN pg_class c ON c.relnamespace = n.oid AND c.oid = relation
        JOIN pg_roles r ON r.rolname = g.role_name
        ORDER BY owns DESC  -- the owner first: a change of owner moves the grants that the old owner gave
    LOOP
        IF granted.owns THEN
            EXECUTE format('ALTER TABLE %s OWNER TO %I', relation, granted.role_name);
        END IF;
        IF granted.privileges <> '' THEN
            EXECUTE format('GRANT %s ON %s TO %I', granted.privileges, relation, granted.role_name);
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION redshift_catalog.scope(schema_name name, role_name name, granted text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE relation regclass;
BEGIN
    PERFORM quote_ident(schema_name)::regnamespace, quote_ident(role_name)::regrole;
    IF granted && ARRAY['ALTER', 'DROP'] AND EXISTS (
        SELECT FROM redshift_catalog.scoped_grant g
        WHERE g.schema_name = scope.schema_name AND g.role_name <> scope.role_name
          AND g.privileges && ARRAY['ALTER', 'DROP']
    ) THEN
        RAISE feature_not_supported USING MESSAGE =
            'this stand-in gives ALTER and DROP in one schema to one role only, by ownership';
    END IF;
    INSERT INTO redshift_catalog.scoped_grant AS g VALUES (schema_name, role_name, granted)
    ON CONFLICT ON CONSTRAINT scoped_grant_pkey DO UPDATE
        SET privileges = ARRAY(SELECT DISTINCT unnest(g.privileges || excluded.privileges));
    FOR relation IN
        SELECT c.oid FROM pg_class c WHERE c.relnamespace = quote_ident(schema_name)::regnamespace
           AND c.relkind IN ('r', 'v')
    LOOP
        PERFORM redshift_catalog.apply_scoped_grants(relation);
    END LOOP;
END $$;

CREATE FUNCTION redshift_catalog.after_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    commands record;
    altered regclass;
BEGIN
    SELECT array_agg(DISTINCT objid) AS relations, bool_or(command_tag <> 'ALTER TABLE') AS is_new INTO commands
    FROM pg_event_trigger_ddl_commands() WHERE object_type IN ('table', 'view');
    FOREACH altered IN ARRAY coalesce(commands.relations, '{}') LOOP
        IF (SELECT relkind FROM pg_class WHERE oid = altered) = 'r' THEN
            PERFORM redshift_catalog.count_bytes(altered, commands.is_new);
        END IF;
        IF commands.is_new THEN
            PERFORM redshift_catalog.apply_scoped_grants(altered);
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION redshift_catalog.after_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    DELETE FROM redshift_catalog.column_attribute a USING pg_event_trigger_dropped_objects() d
    WHERE d.classid = 'pg_class'::regclass AND a.relation = d.objid AND d.objsubid IN (0, a.attnum);
    DELETE FROM redshift_catalog.informational_constraint c USING pg_event_trigger_dropped_objects() d
    WHERE d.classid = 'pg_class'::regclass AND c.conrelid = d.objid
      AND (d.objsubid = 0 OR d.objsubid = ANY (c.conkey));
END $$;

CREATE EVENT TRIGGER after_ddl ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'CREATE VIEW')
    EXECUTE FUNCTION redshift_catalog.after_ddl();
CREATE EVENT TRIGGER after_drop ON sql_drop EXECUTE FUNCTION redshift_catalog.after_drop();

-- Amazon Redshift, "ALTER TABLE APPEND": both tables have the same columns; rows are moved.
CREATE FUNCTION redshift_catalog.append(target regclass, source regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    described text := 'SELECT string_agg(format(''%%s %%s'', attname, format_type(atttypid, atttypmod)), '','' ORDER BY attname)
        FROM pg_attribute WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped';
    target_columns text;
    source_columns text;
    names text;
BEGIN
    EXECUTE format(described, target::oid) INTO target_columns;
    EXECUTE format(described, source::oid) INTO source_columns;
    IF target_columns IS DISTINCT FROM source_columns THEN
        RAISE feature_not_supported USING MESSAGE = 'columns of the source and the target of ALTER TABLE APPEND differ';
    END IF;
    SELECT string_agg(quote_ident(attname), ', ') INTO names FROM pg_attribute
    WHERE attrelid = source AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM %s', target, names, names, source);
    EXECUTE format('TRUNCATE %s', source);
END $$;
