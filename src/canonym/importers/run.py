"""An import from end to end: records gathered, compiled and written, with what became of them."""

from __future__ import annotations

from collections.abc import Iterable

from canonym.importers.build import Rows, Target, write_rows
from canonym.importers.gather import entries
from canonym.importers.records import Progress, Record, Tally
from canonym.model import TableError
from canonym.records import dataclass


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made: entities and names of the table, the bytes written, and what was left out of the source."""

    target: Target
    entities: int
    names: int
    size: int
    broken: int
    named: tuple[str, ...]


def run(
    records: Iterable[Record],
    tally: Tally,
    to: Target,
    renew: str,
    *,
    graded: bool = False,
    where: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Gather, compile, write: nothing is written unless all of it succeeds. `renew` is the command that does it again.

    Raises:
        TableError: the source cannot be read, nothing in it is wanted, or there is no room for temporary files.
        OSError: the target cannot be written.
    """
    rows = Rows(entries(records, graded=graded, progress=progress))
    size = write_rows(rows, to, to.name or to.path.stem, renew, progress)
    if not rows.entities:
        raise TableError(
            f"nothing could be read ({tally.named[0]})" if tally.named else "nothing was found that is wanted",
            where=where,
            remedy="Check the file and the options that leave things out",
        )
    return Imported(to, rows.entities, rows.names, size, tally.broken, tuple(tally.named))
