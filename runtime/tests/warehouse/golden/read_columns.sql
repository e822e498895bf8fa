-- Amazon Redshift Database Developer Guide, "SVV_COLUMNS": visible to all users, for tables that they may see.
SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, column_default FROM svv_columns WHERE LOWER(table_schema) = 'crm' AND LOWER(table_name) = 'customers' ORDER BY ordinal_position
