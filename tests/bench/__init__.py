"""Measurements of whole pages on a database of a size that nobody makes by hand. `make bench`; never part of tests."""
