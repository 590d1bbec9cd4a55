"""canonym beside its peers: how fast, how much memory, and how both grow. Run `python -m benchmarks --help`."""
