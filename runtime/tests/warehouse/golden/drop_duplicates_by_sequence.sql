-- Amazon Redshift Database Developer Guide, "DELETE": a subquery in the WHERE clause; "ROW_NUMBER window function".
DELETE FROM "__staged_1f" WHERE row_position IN (SELECT row_position FROM (SELECT row_position, ROW_NUMBER() OVER (PARTITION BY c1::INTEGER ORDER BY (c6 AT TIME ZONE 'UTC') DESC NULLS LAST, row_position DESC) AS place FROM "__staged_1f") AS ranked WHERE place > 1)
