-- Amazon Redshift Database Developer Guide, "LOCK": ACCESS EXCLUSIVE until the transaction ends.
LOCK "crm"."customers__loads"
