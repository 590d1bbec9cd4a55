"""Broken encodings, mended by ftfy: of all it does only the encoding, and only as edits that replay."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from mmap import mmap
from struct import iter_unpack, pack
from sys import byteorder
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

from canonym import native
from canonym.kept import kept
from canonym.model import Edit
from canonym.patterns import pattern
from canonym.text import beyond_ascii

if TYPE_CHECKING:
    import re

    from ftfy import TextFixerConfig

#: Stretches whose characters beyond ASCII stand at most this far apart are mended together.
_NEAR: Final = 40
_NEXT: Final = pattern(r"\S*[^\S\n]{0,3}\S*")
#: The test of ftfy looks no further than this around a character beyond ASCII.
_SIGHT: Final = 8
#: Letters of Greek, Russian and Ukrainian: no sequence that ftfy's test takes for broken is of these and ASCII alone.
_SOUND: Final = "Α-Ωα-ωάέήίόύώΆΈΉΊΌΎΏА-яЁёІіЇїЄє"
_ODD: Final = pattern(f"[^\x00-\x7f{_SOUND}]")
#: The encodings that ftfy tries (windows-1252 stands for those like it, whose gaps it fills with Latin-1's signs).
_TRIED: Final = (
    *("latin-1", "windows-1252", "windows-1251", "windows-1250", "windows-1253", "windows-1254", "windows-1257"),
    *("iso-8859-2", "mac-roman", "cp437"),
)
#: Bytes of UTF-8 behind which ftfy takes a blank for a byte A0 that was lost: the last byte of two, or the second.
_BEFORE_BLANK: Final = frozenset(b"\xc2\xc3\xc5\xce\xd0\xd9")
_BEFORE_SECOND: Final = frozenset(b"\xe2\xe3\xf0")
_CHUNK: Final = pattern(r"\S+")
_HIDDEN: Final = pattern(r"[\x00-\x08\n-\x1f\x7f]")
_CONTROL: Final = pattern(r"[\x80-\x9f]")
_REPLACEMENT: Final = "\ufffd"
_SAID: Final = "an encoding was mistaken for another"


def doubtful(texts: Sequence[str]) -> list[int]:
    """The numbers of the texts that `mend` may have to do with: few.

    >>> doubtful(["in Kabul", "in “Kâbool”", "in KÃ¢bool", "the “old” café"])
    [2]
    """
    if native.COMPILED:
        return native.doubtful([*texts], *_packed())
    return [k for k, text in enumerate(texts) if is_doubtful(text)]


def is_doubtful(text: str) -> bool:
    """Whether any two characters that stand together may be bytes of one in UTF-8: else ftfy has nothing to mend.

    What the compiled `doubtful` must equal.
    """
    roles = _roles()
    for start, end in beyond_ascii(text):
        first = roles.get(text[start])
        for k in range(start, end):
            second = roles.get(text[k + 1]) if k + 1 < len(text) else None
            if first is not None and second is not None:
                if first.begins & second.goes_on:
                    return True
                if text[k + 1] == " ":
                    third = roles.get(text[k + 2 : k + 3])
                    if first.blank or (third is not None and first.second & third.goes_on):
                        return True
            if "\x80" <= text[k] <= "\x9f" and any(roles[c].begins for c in text[max(0, k - 3) : k] if c in roles):
                return True  # by itself a control character, but ftfy may see the end of a longer one
            first = second
    return False


def mend(text: str) -> tuple[Edit, ...]:
    r"""The edits that undo mojibake: sorted, without overlaps, word by word where words can be mended alone.

    A stretch of text is mended whole or not at all; one that would lose a character is left as it stands.
    Quotes, ligatures and composed letters stay what they are.

    >>> [(e.start, e.before, e.after) for e in mend("in KÃ¢bool, not in “Kâbool”")]
    [(3, 'KÃ¢bool', 'Kâbool')]
    """
    if not _is_fixable(text):
        return ()  # most: ftfy need not even be imported
    runs = beyond_ascii(text)
    # The test is slow on long texts: it is shown the neighbourhoods only.
    odd = (text[max(0, a - _SIGHT) : b + _SIGHT] for a, b in runs if _ODD.search(text, a, b))
    if not _is_bad("\n".join(odd)):
        return ()
    out: list[Edit] = []
    for start, end in _stretches(text, runs):
        out += _mended(text[start:end], start)
    return tuple(out)


def _is_fixable(text: str) -> bool:
    return not text.isascii() and bool(doubtful([text]))


class _Role(NamedTuple):
    """In which of the encodings that ftfy tries a character is what byte of UTF-8, a bit for each.

    It `begins` one, or `goes_on` with it; or it begins one that is taken for whole with a `blank` behind it, or with a
    blank for its `second` byte.
    """

    begins: int = 0
    goes_on: int = 0
    blank: int = 0
    second: int = 0


@cache
def _roles() -> Mapping[str, _Role]:
    chars, packed = _packed()
    return {" ": _Role(), **dict(zip(chars, map(_Role._make, iter_unpack("=4H", packed)), strict=True))}


@cache
def _packed() -> tuple[str, bytes]:
    """The same for the compiled test: characters in their order, and a role for each."""
    depends = (_TRIED, sorted(_BEFORE_BLANK), sorted(_BEFORE_SECOND), byteorder)
    return kept(f"mojibake-{zlib.crc32(repr(depends).encode()):08x}-1.data", _parted, lambda: b"\n".join(_made()))


def _parted(data: bytes | mmap) -> tuple[str, bytes]:
    chars, _, roles = data[:].partition(b"\n")
    return chars.decode(), roles


def _made() -> tuple[bytes, bytes]:
    """To ask each of the encodings takes longer than to read what they told."""
    out: dict[str, list[int]] = {}
    for number, encoding in enumerate(_TRIED):
        bit, blanks = 1 << number, encoding != "mac-roman"
        for byte in range(0x80, 0xF5):
            # What an encoding lacks stands for itself.
            role = out.setdefault(bytes((byte,)).decode(encoding, "ignore") or chr(byte), [0, 0, 0, 0])
            role[0] |= bit * (byte >= 0xC0 and byte != 0xC1)  # which begins nothing
            role[1] |= bit * (byte < 0xC0)
            role[2] |= bit * (blanks and byte in _BEFORE_BLANK)
            role[3] |= bit * (blanks and byte in _BEFORE_SECOND)
    # Single control characters are first made what Windows has for them, and then taken for bytes again.
    for byte in range(0x80, 0xA0):
        if char := bytes((byte,)).decode("windows-1252", "ignore"):
            out[chr(byte)] = [one | two for one, two in zip(out[chr(byte)], out[char], strict=True)]
    roles = sorted(out.items())
    return "".join(char for char, _ in roles).encode(), b"".join(pack("=4H", *role) for _, role in roles)


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


@cache
def _badness() -> ModuleType:
    """`ftfy.badness`: most often all that is asked of ftfy, whose import takes six times as long."""
    package = find_spec("ftfy")
    spec = PathFinder.find_spec("ftfy.badness", package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        return import_module("ftfy.badness")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _is_bad(text: str) -> bool:
    return bool(_badness().is_bad(text))


def _uncontrolled(text: str) -> str:
    """What Windows has for control characters, where it has something."""
    return _CONTROL.sub(lambda m: m[0].encode("latin-1").decode("windows-1252", "ignore") or m[0], text)


def _from_western(text: str) -> str:
    """The text whose bytes in UTF-8 were taken for Latin-1, or else for what Windows has; "" where not plainly so."""
    for encoding in ("latin-1", "windows-1252"):
        try:
            raw = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        try:
            return "" if b"\xed" in raw else raw.decode("utf-8")
        except UnicodeDecodeError:
            break
    return ""


@lru_cache(maxsize=4096)
def _fixed(text: str) -> str:
    if not _is_fixable(text):
        return text
    if not _is_bad(text):
        return text
    # What ftfy tries first, and mostly finds enough; its way there is long.
    fixed = _from_western(text)
    if not fixed or ((_CONTROL.search(fixed) or _is_fixable(fixed)) and _is_bad(fixed)):
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
    chunks = [m for m in _CHUNK.finditer(stretch) if not m[0].isascii()]
    if not _is_alone(stretch, chunks):
        edits = [e for m in chunks if (e := _edit(m[0], _fixed(m[0]), offset + m.start()))]
        if _outcome(stretch, edits, offset) == fixed:
            return edits
    whole = _edit(stretch, fixed, offset)  # some of it needs its neighbours, as "Ã la" does
    return [whole] if whole else []


def _is_alone(stretch: str, chunks: Sequence[re.Match[str]]) -> bool:
    """Whether all else is in ASCII: how the only chunk fares by itself need not be seen then.

    What the whole is mended to either changes the chunk alone, and an edit of the whole is cut down to it, or more.
    """
    return len(chunks) == 1 and (stretch[: chunks[0].start()] + stretch[chunks[0].end() :]).isascii()


def _outcome(stretch: str, edits: list[Edit], offset: int) -> str:
    parts: list[str] = []
    done = 0
    for edit in edits:
        parts += (stretch[done : edit.start - offset], edit.after)
        done = edit.end - offset
    return "".join([*parts, stretch[done:]])


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
