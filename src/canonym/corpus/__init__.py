"""Corpora: readers and writers that change nothing but what is edited."""
