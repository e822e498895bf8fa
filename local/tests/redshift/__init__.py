"""Tests of the stand-in for Amazon Redshift."""
