"""Tables of names in files and pipes: a column resolved, or pairs scored, with every other cell passed on."""
