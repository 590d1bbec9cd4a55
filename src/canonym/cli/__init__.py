"""The command line: each command parses, calls one function, and prints.

Nothing heavy is imported here or at the top of a command's module, so that `canonym --help` answers at once.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False  # as in the front door: an interrupt before `main` could not be caught
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final, NoReturn

#: As a shell reports it: 128 and the number of the signal.
INTERRUPTED: Final = 130
STOPPED: Final = "Interrupted. What was not finished has not been written."


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit status."""
    try:
        # Imported here, since an interrupt while it is has to end as quietly as a later one.
        gc.disable()  # what is imported stays: to search it for garbage is time lost
        from canonym.cli import guard

        gc.freeze()
        gc.enable()
        guard.main(args)
    except (KeyboardInterrupt, Exception) as error:
        if not interrupted(error):
            raise
        sys.stderr.write(f"canonym: {STOPPED}\n")
        if args is None:
            import os

            sys.stderr.flush()
            os._exit(INTERRUPTED)  # nothing was begun; and Python itself might end by the signal yet
        sys.exit(INTERRUPTED)


def interrupted(error: BaseException | None) -> bool:
    """Whether an error is an interrupt, or what Python made of one: while a class is made it is a RuntimeError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


__all__ = ["INTERRUPTED", "STOPPED", "interrupted", "main"]
