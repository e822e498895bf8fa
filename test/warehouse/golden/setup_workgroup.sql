-- Amazon Redshift Database Developer Guide, "CREATE ROLE", "CREATE SCHEMA", and "GRANT": schema privileges and
-- "Granting scoped permissions" (FOR TABLES IN SCHEMA), which cover tables that are made later.
CREATE ROLE "cdp_reader";
CREATE ROLE "cdp_writer";
CREATE SCHEMA IF NOT EXISTS "crm";
GRANT USAGE ON SCHEMA "crm" TO ROLE "cdp_reader";
GRANT USAGE, CREATE ON SCHEMA "crm" TO ROLE "cdp_writer";
GRANT SELECT FOR TABLES IN SCHEMA "crm" TO ROLE "cdp_reader";
GRANT SELECT, INSERT, UPDATE, DELETE, ALTER, DROP FOR TABLES IN SCHEMA "crm" TO ROLE "cdp_writer";
