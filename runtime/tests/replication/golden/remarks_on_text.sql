-- "String functions": OCTET_LENGTH, LEN, RTRIM; "Significance of trailing blanks" (Redshift Database Developer Guide).
SELECT 1 FROM "__staged_1f" WHERE (OCTET_LENGTH("__staged_1f".c3) > OCTET_LENGTH(RTRIM("__staged_1f".c3)) AND OCTET_LENGTH("__staged_1f".c3) <> 32 AND LENGTH("__staged_1f".c3) <> 8) LIMIT 1;
