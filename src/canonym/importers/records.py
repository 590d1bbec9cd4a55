"""What importers exchange: records with their names, and a tally of what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from canonym.model import TableError
from canonym.records import dataclass, field

#: Told of how far an import is: what is being done, how much of it, of how much (None where not known), records kept.
Progress = Callable[[str, int, int | None, int], None]

#: So many lines that cannot be read before any that can: it is another kind of file.
_HOPELESS: Final = 20
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a record: its language ("" where the source tells none) and the kind that the source tells."""

    text: str
    lang: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One entity of a source with its names; `prominence` is a population or what ranks like it.

    `place` is its latitude and longitude in degrees, where the source tells.
    """

    id: str
    type: str
    canonical: str
    prominence: int
    country: str
    names: tuple[Name, ...]
    place: tuple[float, float] | None = None


@dataclass(slots=True)
class Tally:
    """What was read of a source: how many records, and which lines were broken and left out."""

    records: int = 0
    broken: int = 0
    named: list[str] = field(default_factory=list)

    def skip(self, where: str, why: str, remedy: str) -> None:
        """Count a line that cannot be read.

        Raises:
            TableError: nothing but such lines so far, so that the file is of another kind.
        """
        self.broken += 1
        if len(self.named) < _NAMED:
            self.named.append(f"{where}: {why}")
        if self.broken >= _HOPELESS and not self.records:
            raise TableError(f"the first {self.broken} lines cannot be read ({why})", where=where, remedy=remedy)


class Numbers:
    """A set of numbers, such as ids of GeoNames, by eight thousand bytes for each 65,536 of them that lie together."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, number: int) -> None:
        """One more number."""
        page = self._pages.setdefault(number >> 16, bytearray(1 << 13))
        page[number >> 3 & 0x1FFF] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        page = self._pages.get(number >> 16)
        return page is not None and bool(page[number >> 3 & 0x1FFF] >> (number & 7) & 1)
