"""From blocks and a process to what is written of them: here, or in another process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from canonym import native
from canonym.corpus.block import Block, Entry, Rows
from canonym.corpus.jsonl import LinesBlock, Spliced
from canonym.corpus.summary import Counts
from canonym.model import CanonymError, Failure, IndexFileError, Result, TableError, UsageError
from canonym.rewrite import apply

if TYPE_CHECKING:
    from canonym.corpus.editlog import Pieces

Process = Callable[[Sequence[str]], list[Result]]


@dataclass(slots=True)
class Done:
    """What became of a block: bytes or rows (or the lines that change, where it was done elsewhere), and what is told.

    `entries` are for the edit log, with places counted from the beginning of the block; or the same put into `log`.
    """

    payload: bytes | Rows | Spliced
    counts: Counts
    failures: tuple[Failure, ...]
    encoding: str
    entries: tuple[Entry, ...] = ()
    log: list[Pieces] = field(default_factory=list)


def finish(
    block: Block, results: Sequence[Result | None], failures: Iterable[Failure], annotated: bool, logged: bool = True
) -> Done:
    """Write the results of a block's documents (None: failed) into it; what is not `logged` is only counted."""
    if isinstance(block, LinesBlock) and not logged:
        spliced, outcome = block.spliced(results, 0, logged=False)
        outcome = outcome._replace(payload=block.with_spliced(spliced))
    else:
        outcome = block.outcome(results, 0)
    counts = _counted(block, results, () if annotated else outcome.entries)
    told = (*block.failures, *failures, *outcome.failures)
    return Done(outcome.payload, counts, told, outcome.encoding, outcome.entries)


def finish_apart(process: Process, blocks: Sequence[LinesBlock], logged: bool) -> list[Done]:
    """All of it for some blocks of lines, told so that little need travel."""
    out = []
    for block, (results, failures) in zip(blocks, results_of(process, blocks), strict=True):
        spliced, outcome = block.spliced(results, 0, logged=logged)
        counts = _counted(block, results, () if block.options.mentions else outcome.entries)
        told = (*block.failures, *failures, *outcome.failures)
        log: list[Pieces] = []
        if logged:
            from canonym.corpus.editlog import pieces

            log = [list(pieces(block.name, entry)) for entry in outcome.entries]
        out.append(Done(spliced, counts, told, outcome.encoding, (), log))
    return out


def _counted(block: Block, results: Sequence[Result | None], entries: Iterable[Entry]) -> Counts:
    counts = Counts(documents=len(results), bytes=block.size)
    for entry in entries:
        counts.change(entry.edits)
    for result in results:
        if result is not None and result.mentions:
            counts.mentions(result.mentions)
    return counts


def results_of(
    process: Process, blocks: Sequence[Block], ready: Callable[[], list[Result]] | None = None
) -> list[tuple[list[Result | None], tuple[Failure, ...]]]:
    """For each block the results of its documents and what failed; `ready` gives what was begun already."""
    given = [block.texts for block in blocks]
    texts = [text for own in given for text in own]
    results = _results(texts, process, ready) if texts else []
    out = []
    done = 0
    for block, own in zip(blocks, given, strict=True):
        out.append(_checked(block, own, results[done : done + len(own)]))
        done += len(own)
    return out


def _results(
    texts: Sequence[str], process: Process, ready: Callable[[], list[Result]] | None = None
) -> list[Result | str]:
    """A result for each text, or what is wrong with it."""
    try:
        results = ready() if ready is not None else process(texts)
        if len(results) != len(texts):
            raise CanonymError(f"{len(texts)} texts gave {len(results)} results")
    except (MemoryError, OSError, ImportError, UsageError, TableError, IndexFileError):
        raise  # no fault of a document: all the others would fail as well
    except Exception as error:
        if len(texts) == 1:
            return [f"could not be processed: {type(error).__name__}: {error}"]
        half = len(texts) // 2
        return _results(texts[:half], process) + _results(texts[half:], process)
    return [*results]


def _unsettled(texts: Sequence[str], results: list[Result | str]) -> list[int]:
    """The numbers of the results to look at: all that say anything, or where that can be seen at once, the odd ones."""
    if native.COMPILED:
        return native.unsettled([*texts], results)
    pairs = enumerate(zip(texts, results, strict=True))
    return [k for k, (text, r) in pairs if isinstance(r, str) or r.edits or r.text != text]


def _checked(
    block: Block, texts: Sequence[str], results: list[Result | str]
) -> tuple[list[Result | None], tuple[Failure, ...]]:
    """The results of a block; what is written and logged comes from the edits, so they must say all of it."""
    own: list[Any] = [*results]  # each str among them is looked at
    failures: list[Failure] = []
    for k in _unsettled(texts, results):
        result, problem = results[k], "the edits do not lead to the new text"
        if isinstance(result, str):
            problem = result
        else:
            try:
                if apply(texts[k], result.edits) == result.text:
                    told = tuple(edit for edit in result.edits if edit.before != edit.after)
                    own[k] = result if len(told) == len(result.edits) else replace(result, edits=told)
                    continue
            except CanonymError as error:
                problem = error.problem
        own[k] = None
        remedy = "It was passed on unchanged; please report it with the text"
        failures.append(Failure(block.documents[k].name, problem, remedy))
    return own, tuple(failures)
