"""What tells whether two names are one: features of a pair, and the learned parts that they rest on.

`forms` prepares a name, `metrics` and `words` compare the forms, `sounds` holds the learned correspondence of
letters across scripts, `edits` the learned weight of single differences, `trees` turns it all into a probability.
"""
