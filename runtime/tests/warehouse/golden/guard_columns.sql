-- Amazon Redshift Database Developer Guide, "SVV_COLUMNS"; "COUNT function": values that are not NULL; "CAST function": a text that is no
-- number fails the statement.
SELECT CAST(CASE WHEN COUNT(*) = 6 AND COUNT(CASE WHEN LOWER(data_type) IN ('double precision', 'float', 'float8') THEN 1 END) = 0 THEN '0' ELSE 'the columns changed' END AS INTEGER) FROM svv_columns WHERE LOWER(table_schema) = 'crm' AND LOWER(table_name) = 'customers'
