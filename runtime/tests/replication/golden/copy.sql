-- Amazon Redshift Database Developer Guide: COPY from columnar data formats: columns by place, types as in the files; CREATE TABLE (NOT NULL); Using a manifest to specify data files
CREATE TEMP TABLE "__staged_1f" (c1 VARCHAR(64), c2 BIGINT NOT NULL, c3 VARCHAR(32), c4 NUMERIC(38,10), c5 VARCHAR(64), c6 VARCHAR(128), c7 BIGINT) DISTSTYLE KEY DISTKEY (c2);
COPY "__staged_1f" FROM 's3://staging/1f.manifest' IAM_ROLE 'arn:aws:iam::123456789012:role/copy' FORMAT AS PARQUET MANIFEST;
