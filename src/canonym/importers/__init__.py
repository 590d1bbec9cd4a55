"""Gazetteers and dumps to tables: each importer streams records, which are graded, gathered and compiled."""
