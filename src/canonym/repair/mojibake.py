"""Broken encodings, mended by ftfy: of all it does only the encoding, and only as edits that replay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from canonym import native
from canonym.model import Edit
from canonym.text import beyond_ascii

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

#: Typography that is no sign of a broken encoding where no other character beyond ASCII stands beside it.
_SOUND: Final = "‘’“”–—…£é"
#: Stretches whose characters beyond ASCII stand at most this far apart are mended together.
_NEAR: Final = 40
_NEXT: Final = re.compile(r"\S*[^\S\n]{0,3}\S*")
#: The test of ftfy looks no further than this around a character beyond ASCII.
_SIGHT: Final = 8
_CHUNK: Final = re.compile(r"\S*[^\x00-\x7f\s]\S*")
_HIDDEN: Final = re.compile(r"[\x00-\x08\n-\x1f\x7f]")
_REPLACEMENT: Final = "\ufffd"
_SAID: Final = "an encoding was mistaken for another"


def doubtful(texts: Sequence[str]) -> list[int]:
    """The numbers of the texts that `mend` may have to do with: few.

    >>> doubtful(["in Kabul", "in “Kâbool”", "in KÃ¢bool", "the “old” café"])
    [1, 2]
    """
    if native.COMPILED:
        return native.doubtful([*texts], _SOUND)
    return [k for k, text in enumerate(texts) if is_doubtful(text)]


def is_doubtful(text: str) -> bool:
    """Whether a text holds more beyond ASCII than single sound signs: what the compiled `doubtful` must equal."""
    if text.isascii():
        return False
    return any(end - start > 1 or text[start] not in _SOUND for start, end in beyond_ascii(text))


def mend(text: str) -> tuple[Edit, ...]:
    r"""The edits that undo mojibake: sorted, without overlaps, word by word where words can be mended alone.

    A stretch of text is mended whole or not at all; one that would lose a character is left as it stands.
    Quotes, ligatures and composed letters stay what they are.

    >>> [(e.start, e.before, e.after) for e in mend("in KÃ¢bool, not in “Kâbool”")]
    [(3, 'KÃ¢bool', 'Kâbool')]
    """
    if not is_doubtful(text):
        return ()
    from ftfy.badness import is_bad

    runs = beyond_ascii(text)

    # The test is slow on long texts: it is shown the neighbourhoods only.
    if not is_bad("\n".join(text[max(0, a - _SIGHT) : b + _SIGHT] for a, b in runs)):
        return ()
    out: list[Edit] = []
    for start, end in _stretches(text, runs):
        if is_bad(text[start:end]):
            out += _mended(text[start:end], start)
    return tuple(out)


def _stretches(text: str, runs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans of whole words around neighbouring runs, each within one line, with a word to either side."""
    start, end, done = -1, -1, 0
    for a, b in [*runs, (len(text) + _NEAR + 1, 0)]:
        if start >= 0 and a - end <= _NEAR and "\n" not in text[end:a]:
            end = b
            continue
        if start >= 0:
            # A word may be longer than what keeps two stretches apart: none reaches into the one before.
            start = max(start, done)
            while start > done and text[start - 1] != "\n" and not text[start - 1].isspace():
                start -= 1
            after = _NEXT.match(text, end)
            done = max(end, after.end() if after else end)
            if start < end:
                yield start, done
        start, end = a, b


@cache
def _config() -> TextFixerConfig:
    from ftfy import TextFixerConfig

    return TextFixerConfig(explain=False, replace_lossy_sequences=False, fix_c1_controls=False)


def _uncontrolled(text: str) -> str:
    from ftfy.fixes import fix_c1_controls

    return str(fix_c1_controls(text))


@lru_cache(maxsize=4096)
def _fixed(text: str) -> str:
    from ftfy import fix_encoding

    fixed = fix_encoding(text, _config())
    if fixed == text:
        return text
    # Lone control characters are left: whole archives have them for dashes, and no word suffers.
    # A hidden line break makes two lines of one, other hidden signs are no text; what is lost is not to be guessed.
    hidden = len(_HIDDEN.findall(fixed)) > len(_HIDDEN.findall(text))
    if fixed == _uncontrolled(text) or fixed.count(_REPLACEMENT) > text.count(_REPLACEMENT) or hidden:
        return text
    return fixed


def _mended(stretch: str, offset: int) -> list[Edit]:
    fixed = _fixed(stretch)
    if fixed == stretch:
        return []
    edits = [e for m in _CHUNK.finditer(stretch) if (e := _edit(m[0], _fixed(m[0]), offset + m.start()))]
    if _outcome(stretch, edits, offset) == fixed:
        return edits
    whole = _edit(stretch, fixed, offset)  # some of it needs its neighbours, as "Ã la" does
    return [whole] if whole else []


def _outcome(stretch: str, edits: list[Edit], offset: int) -> str:
    for edit in reversed(edits):
        stretch = stretch[: edit.start - offset] + edit.after + stretch[edit.end - offset :]
    return stretch


def _edge(char: str) -> bool:
    return char.isascii() and not char.isalnum()


def _edit(before: str, after: str, offset: int) -> Edit | None:
    """One edit from `before` to `after` without what both share at either end, but with whole words."""
    if before == after:
        return None
    most = min(len(before), len(after))
    head = next((k for k in range(most) if before[k] != after[k]), most)
    most -= head
    tail = next((k for k in range(most) if before[-1 - k] != after[-1 - k]), most)
    while head and not _edge(before[head - 1]):
        head -= 1
    while tail and not _edge(before[len(before) - tail]):
        tail -= 1
    end = len(before) - tail
    return Edit(
        offset + head,
        offset + end,
        before[head:end],
        after[head : len(after) - tail],
        "mojibake",
        reasons=(_SAID,),
    )
