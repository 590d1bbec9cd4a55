"""Every way a call can end: its exit status, and a sentence in place of a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Final, NoReturn

import click

from canonym.cli import INTERRUPTED, STOPPED, interrupted
from canonym.model import CanonymError, DocumentError

FINE: Final = 0
#: At least one document failed; the others went on.
DOCUMENTS_FAILED: Final = 1
#: The call itself was wrong, and nothing was written.
WRONG_CALL: Final = 2
#: A fault of ours (EX_SOFTWARE of sysexits.h).
OUR_FAULT: Final = 70
#: As a shell reports it: 128 and the number of the signal.
BROKEN_PIPE: Final = 141


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit status."""
    # It has a thread for each processor, and they wait for work by doing nothing as fast as they can.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    kept: list[object] = []
    code = status(args, kept)
    if args is None:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """Leave at once where that is safe: to free one by one what a run keeps takes a tenth of a second and more."""
    import atexit
    import threading

    if threading.active_count() > 1:
        return
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        return  # closed by the caller: the usual way out knows what to say
    os._exit(code)


def status(args: Sequence[str] | None = None, kept: list[object] | None = None) -> int:
    """Run the command line; the exit status. Only `--debug` lets a traceback through.

    Onto `kept` goes what takes long to be freed, for who is about to leave.
    """
    from canonym.cli.root import cli

    argv = list(sys.argv[1:] if args is None else args)
    if instruction := os.environ.get("_CANONYM_COMPLETE"):
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "canonym", "_CANONYM_COMPLETE", instruction)
    _end_on_sigterm()
    try:
        # A copy, since parsing empties the list.
        with cli.make_context("canonym", [*argv], obj=kept) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
        return code if isinstance(code, int) else FINE
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return WRONG_CALL
    except SystemExit:
        _clear()
        raise
    except (KeyboardInterrupt, click.Abort):
        _clear()
        say(STOPPED)
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except CanonymError as error:
        say(str(error))
        return DOCUMENTS_FAILED if isinstance(error, DocumentError) else WRONG_CALL
    except OSError as error:
        if error.errno == errno.EPIPE:
            return _reader_left()
        _traceback_if_asked(argv)
        say(_os_sentence(error))
        return WRONG_CALL
    except MemoryError:
        say("Out of memory. Give fewer workers (--workers 1) or a smaller table.")
        return OUR_FAULT
    except Exception as error:
        if interrupted(error):
            _clear()
            say(STOPPED)
            return INTERRUPTED
        _traceback_if_asked(argv)
        text = " ".join(str(error).split())
        say(
            f"this is a fault of canonym itself ({type(error).__name__}: {text}). "
            "Run it again as `canonym --debug ...` and report what it prints."
        )
        return OUR_FAULT


def _clear() -> None:
    """Take away what is half written, where a signal came before its owner could."""
    if writer := sys.modules.get("canonym.corpus.writer"):
        writer.discard_unfinished()


def say(text: str) -> None:
    """One sentence for the user on standard error, marked as ours."""
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    with contextlib.suppress(OSError):
        click.echo(f"canonym: {text}", err=True)


def _traceback_if_asked(argv: Sequence[str]) -> None:
    # The group's own options stand before the command, so that no file called --debug is mistaken for it.
    if argv[:1] == ["--debug"] or os.environ.get("CANONYM_DEBUG"):
        import traceback

        traceback.print_exc()


def _reader_left() -> int:
    """`canonym ... | head` is no error: stop writing, and let nothing complain at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


def _os_sentence(error: OSError) -> str:
    what = (error.strerror or str(error)).lower()
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{what}. {_REMEDIES.get(error.errno or 0, 'Check the path and its permissions.')}"


_REMEDIES: Final = {
    errno.ENOSPC: "Free some space, or write elsewhere with -o.",
    errno.ENOENT: "Check the spelling of the path.",
    errno.EISDIR: "Give a file instead of a folder.",
    errno.ENOTDIR: "A part of the path is a file; give a folder.",
    errno.EMFILE: "Raise the limit on open files (ulimit -n).",
}


def _end_on_sigterm() -> None:
    """Leave by an exception on SIGTERM too, so that half-written files are cleared away."""

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    with contextlib.suppress(ValueError, AttributeError):  # not in the main thread, or no such signal
        signal.signal(signal.SIGTERM, leave)
