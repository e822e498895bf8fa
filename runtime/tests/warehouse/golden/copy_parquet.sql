-- Amazon Redshift Database Developer Guide, "COPY from columnar data formats": IAM_ROLE, FORMAT AS PARQUET, MANIFEST;
-- "Using a manifest to specify data files": meta.content_length is required for Parquet.
COPY "__staged_1f" FROM 's3://staging/x/1f.manifest' IAM_ROLE 'arn:aws:iam::123456789012:role/copy' FORMAT AS PARQUET MANIFEST
