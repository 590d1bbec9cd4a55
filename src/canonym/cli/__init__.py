"""The command line: each command parses, calls one function, and prints.

Nothing heavy is imported here or at the top of a command's module, so that `canonym --help` answers at once.
"""

from canonym.cli.guard import main

__all__ = ["main"]
