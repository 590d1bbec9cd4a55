"""Gold that people write by hand: plain text with the names marked where they stand.

A document is what stands between two lines of three dashes or more; a line that begins with # is a comment.
`[[surface|canonical|kind]]` marks a name: how the text spells it, what it should be (or an id; several that
are right are joined by `;`), and, where one likes, the kind of damage. `[[surface]]` marks a sound name that must
stay as it is. Nothing else is special, and the marks themselves are no part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from canonym.evaluate.types import UNKNOWN_KIND, GoldError, GoldText, Mark

_SEPARATOR: Final = re.compile(r"-{3,}\s*")
_MARK: Final = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_FORM: Final = "Write [[surface|canonical|kind]], or [[surface]] for a sound name"


def parse_documents(source: str, name: str) -> list[GoldText]:
    r"""Read a whole file of marked text; `name` is how messages call it.

    Raises:
        GoldError: a mark is broken; it says where.

    >>> parse_documents("# two of ours\nIn [[Cabul|Kabul|old]] today.\n---\nOn to [[Rome]].\n", "g.txt")[0].text
    'In Cabul today.'
    """
    return [parse(text, f"{name}:{line}", name, line) for line, text in _documents(source)]


def _documents(source: str) -> Iterator[tuple[int, str]]:
    """Each document with the line it begins at; documents without any text are passed over."""
    first, lines = 0, list[str]()
    for number, line in enumerate([*source.splitlines(), "---"], 1):
        if _SEPARATOR.fullmatch(line):
            if any(kept.strip() for kept in lines):
                yield first, "\n".join(lines).rstrip()
            first, lines = 0, []
        elif line.startswith("#") or (not first and not line.strip()):
            # A comment within a document keeps its line, so that the numbers of the lines stay true.
            if first:
                lines.append("")
        else:
            first = first or number
            lines.append(line)


def parse(marked: str, where: str, name: str = "", line: int = 0, id_: str = "") -> GoldText:
    """One marked text as text and marks; `where` is told in messages, or `name` and line where they are given.

    >>> parse("In [[Cabul|Kabul|old]], not [[Rome]]", "here").marks
    (Mark(start=3, end=8, targets=('Kabul',), kind='old'),)
    """
    parts: list[str] = []
    marks: list[Mark] = []
    sound: list[tuple[int, int]] = []
    size = at = 0
    for match in _MARK.finditer(marked):
        here = f"{name}:{line + marked.count(chr(10), 0, match.start())}" if name else where
        before = marked[at : match.start()]
        surface, *rest = (part.strip() for part in match[1].split("|"))
        if not surface or len(rest) > 2 or "[[" in match[1]:
            raise GoldError(f"a broken mark, {match[0]!r}", where=here, remedy=_FORM)
        parts += [before, surface]
        start = size + len(before)
        size = start + len(surface)
        at = match.end()
        if not rest:
            sound.append((start, size))
            continue
        targets = tuple(t for t in (t.strip() for t in rest[0].split(";")) if t)
        if not targets:
            raise GoldError(f"a mark without the name that is meant, {match[0]!r}", where=here, remedy=_FORM)
        marks.append(Mark(start, size, targets, rest[1] if len(rest) == 2 and rest[1] else UNKNOWN_KIND))
    parts.append(marked[at:])
    text = "".join(parts)
    if "[[" in text or "]]" in text:
        stray = next(s for s in ("[[", "]]") if s in text)
        line += text.count("\n", 0, text.index(stray))
        raise GoldError(f"a stray {stray}", where=f"{name}:{line}" if name else where, remedy=_FORM)
    return GoldText(where, text, tuple(marks), tuple(sound), id=id_)
