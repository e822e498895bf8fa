-- Amazon Redshift Database Developer Guide, "CREATE ROLE" and "GRANT": role privileges (GRANT ROLE ... TO user_name).
CREATE ROLE "cdp_reader";
CREATE ROLE "cdp_writer";
GRANT ROLE "cdp_writer" TO "e""tl";
