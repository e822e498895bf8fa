-- Amazon Redshift Database Developer Guide, "SVV_REDSHIFT_COLUMNS": visible to all users, for the columns that they may see;
-- sortkey is 0 for a column that is none, column_acl lists rights on the column itself.
SELECT distkey, sortkey, is_nullable, column_default, column_acl FROM svv_redshift_columns WHERE LOWER(schema_name) = 'crm' AND LOWER(table_name) = 'customers' AND LOWER(column_name) = 'balance'
