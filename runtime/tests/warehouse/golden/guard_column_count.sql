-- Amazon Redshift Database Developer Guide, "SVV_COLUMNS"; "CAST function": a text that is no number fails the statement.
SELECT CAST(CASE WHEN COUNT(*) = 6 THEN '0' ELSE 'the columns changed' END AS INTEGER) FROM svv_columns WHERE LOWER(table_schema) = 'crm' AND LOWER(table_name) = 'customers'
