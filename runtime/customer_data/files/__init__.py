"""S3 objects: what a manifest names, in which order they were written, how they are read and set aside."""
