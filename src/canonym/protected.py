"""Spans of a text that are never rewritten, since they mean what they spell: addresses, hosts, handles, files, code.

Most texts have none: one look tells which signs of them there are at all, and only those are searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from canonym import native
from canonym.patterns import begun, pattern
from canonym.snippets import SNIPPET, TOLD, find_latex, find_snippets

_DOT = pattern(r"\.[A-Za-z]{2}")


class Sign:
    """What a text may hold, told by a character or two: where one is missing nothing need look for it.

    More stand for what is in code, markup and keys, see `snippets.Kind`.
    """

    AT: Final = 1
    LESS: Final = 2
    ADDRESS: Final = 4
    #: Before a letter.
    TAG: Final = 8
    BACKSLASH: Final = 16
    LOW_LINE: Final = 32
    #: A full stop before a small letter, or two capitals, as in the name of a file; a lone one (.c, .h) only behind a
    #: word,
    ENDING: Final = 64
    #: and one before two letters, as in that of a host.
    HOST: Final = 128
    #: Two slashes with a part of a path between them and another behind them; or one before the name of a file, or
    #: behind what stands for a folder: ./, ../, ~/.
    PATH: Final = 256
    #: A letter beyond those of European scripts.
    LETTER: Final = 512
    #: A line that begins as a line of code does: import x, from x import y, def x(, class x(.
    CODE: Final = 1024
    #: A full stop between letters, beyond ASCII behind it, as in кабул.рф.
    ABROAD: Final = 2048


_ENDING = pattern(r"\.(?:[a-z][a-z0-9]|[A-Z][A-Z0-9]|7z)|(?<=\w\w)\.[ch](?!\w)")
_MARKED = pattern(r"[#$](?:[A-Za-z]|[^\x00-\x7f])")
_SLASHES = pattern(r"/[\w.-]+/[\w.-]|[.~]/[\w.-]|/[\w-]+\.[chmr](?!\w)")
#: A line of code, told by how it begins: lines of prose are broken before such words too, but do not go on like that.
_CODE = pattern(
    r"^[ \t]*(?:import [\w.]*\w(?:[;\r]|$| as )|from [\w.]+ import |def \w+\(|class \w+(?:[(:]| \{)).{0,120}",
    re.MULTILINE,
)
_ABROAD = pattern(r"(?<=\w\w)\.([^\x00-\x7f])")


def signs(text: str) -> int:
    """The signs of a text, as a sum of `Sign` and `Kind`.

    >>> signs("Write to me@x.org.") == Sign.AT + Sign.ENDING + Sign.HOST
    True
    """
    return native.signs(text) if native.COMPILED else signs_plain(text)


def signs_plain(text: str) -> int:
    """`signs` in Python: what the compiled one must equal."""
    seen = {
        Sign.AT: "@" in text,
        Sign.LESS: "<" in text,
        Sign.ADDRESS: "://" in text or "www." in text,
        Sign.TAG: _MARKED.search(text) is not None,
        Sign.BACKSLASH: "\\" in text,
        Sign.LOW_LINE: "_" in text,
        Sign.ENDING: _ENDING.search(text) is not None,
        Sign.HOST: _DOT.search(text) is not None,
        Sign.PATH: _SLASHES.search(text) is not None,
        Sign.LETTER: not text.isascii() and any(c > "\u0558" and (c.isalpha() or c > "\U0001ffff") for c in set(text)),
        Sign.CODE: _CODE.search(text) is not None,
        Sign.ABROAD: not text.isascii() and any(m[1].isalpha() for m in _ABROAD.finditer(text)),
        **{kind: told.search(text) is not None for kind, told in TOLD.items()},
    }
    return sum(sign for sign, there in seen.items() if there)


_HOST = pattern(r"(?:https?://)?(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?![\w-])")
_HOST_BEFORE = pattern(r"[\w@.:/-]*")


def find_domains(text: str) -> Iterator[re.Match[str]]:
    """Host names, with or without http://; none inside an e-mail address or a longer word.

    >>> [m[0] for m in find_domains("see www.newsgram.com, not me@x.org. The end.")]
    ['www.newsgram.com']
    """
    done = 0
    for dot in _DOT.finditer(text):
        if dot.start() < done:
            continue
        # Read backwards, so that a long left side is not tried from each of its places.
        before = _HOST_BEFORE.match(text[max(done, dot.start() - 255) : dot.start()][::-1])
        match = _HOST.match(text, dot.start() - (before.end() if before else 0))
        done = match.end() if match else dot.end()
        if match and match.end() >= dot.end():
            yield match


#: What is never rewritten. The engine skips to where a pattern may begin if that is one character.
_ADDRESS = pattern(r"https?://\S+")
_WWW = pattern(r"www\.\S+")
_AT = pattern(r"@[\w-]+(?:\.[\w-]+)*")
_TAG = pattern(r"#(?<![\w&]#)[^\W\d_]\w*")
_SYMBOL = pattern(r"\$(?<![\w&]\$)[^\W\d_]\w*")
_WORDS_BEFORE = pattern(r"\w+$")
_WORDS_AFTER = pattern(r"\w+")
_WINDOWS = pattern(r"\\(?:[\w. -]*[\w-]\\)*[\w. -]*[\w-]")
_DRIVE = pattern(r"\b[A-Za-z]:")
#: Before the ends of files, hosts and calls: one look for all of them.
_STOP = pattern(r"\.(?=[a-z][a-z0-9]|[A-Z][A-Z0-9]|7[zZ]|[ch]\b)")
_ENDINGS: Final = (
    "txt|docx?|pdf|csv|tsv|jsonl?|xml|html?|php|jpe?g|png|gif|xlsx?|pptx?|zip|gz|mp[34]|py|js|md"
    "|cc|cpp|hpp|rb|sh|pl|tsx?|css|sql|ya?ml|toml|cfg|texi|rst|db|dll|exe|ps1|ipynb|geojson|shp|kml|gpx|parquet"
    "|zst|bz2|xz|7z|epub|odt|rtf|svg|tiff?|webp|mov|avi|wav|flac|iso|tmp"
    "|java|rs|kt|log|tar|rar|tex|bak"
)
#: How the name of a file ends; also in capitals, as cameras and old systems write it.
_FILE = pattern(rf"\.(?:{_ENDINGS}|{_ENDINGS.upper()}|(?<=\w\w\.)[ch])\b")
#: Endings that are words too, of some language: a blank may have been lost behind a full stop. They stand only behind
#: what looks like the name of a file, with a slash, a low line, a figure, or a hyphen and no capital.
_WORDLIKE = pattern(r"\.(?:go|so|dat|ini|bat|bib|lua|swift)\b")
_FILELIKE = pattern(r"[/_\d]")
#: A call in code, as assuan.open(.
_CALL = pattern(r"\.[a-z][a-z0-9]\w*\(")
#: How the name of a host ends, with the path behind it. Of two letters only before a path, or behind "co": there are
#: ends that are words too ("in", "is"), and blanks get lost behind a full stop.
_SITE = pattern(
    r"\.(?:(?:com|net|org|edu|gov|info|biz|news|online|app|dev)(?:\.[a-z]{2})?|(?:co|ac)\.[a-z]{2}|[a-z]{2}(?=/\w))"
    r"(?![\w-])(?:/\S*)?"
)
_TICKER = pattern(r"<[A-Z0-9.]+>")
_PATH = pattern(r"/[\w.-]+(?:/[\w.-]+)+|/[\w-]+\.[chmr]\b")
_RELATIVE = pattern(r"/(?<=[.~]/)[\w.-]+(?:/[\w.-]+)*")
#: Hosts that end in other letters.
_ABROAD_SITE = pattern(
    r"\.(?<=[^\W\d_]\.)(?:中国|中國|香港|台湾|台灣|新加坡|한국|рф|укр|бг|бел|қаз|срб|мкд|мон|ευ|ελ|հայ|გე|ไทย|भारत|ভারত"
    r"|இந்தியா|భారత్|ලංකා|ایران|پاکستان|السعودية|مصر|امارات|المغرب)(?![\w-])(?:/\S*)?"
)
#: What stands before a sign, read backwards, so that it is found at once; a line may break between them.
_MAILBOX = pattern(r"\n?[\w.+-]+")
_FOLDER = pattern(r"\n?[\w-]+")
_FOLDERS = pattern(r"\n?[\w.+/~-]+")
_OBJECT = pattern(r"[\w.]+")
_UPWARDS = pattern(r"(?:\.\.?|~)(?![\w./~-])")


def find_protected(text: str, there: int) -> list[tuple[int, int]]:
    """Addresses, hosts, handles, tags, symbols, files, identifiers; `there` are the signs of the text.

    >>> [text[a:b] for text in ["(@NBCNews) at in a/b/c, <JAPN.T>"] for a, b in find_protected(text, signs(text))]
    ['@NBCNews', '<JAPN.T>', 'a/b/c']
    >>> [text[a:b] for text in ["Visit Tebyan.net, t.me/Kabul."] for a, b in find_protected(text, signs(text))]
    ['Tebyan.net', 't.me/Kabul.']
    """
    out: list[tuple[int, int]] = []
    if there & Sign.AT:
        out += [_with_left(text, m, _MAILBOX) for m in _each(_AT, text, _all(text, "@"))]
    if there & Sign.LESS:
        out += [m.span() for m in _each(_TICKER, text, _all(text, "<"))]
    if there & Sign.ADDRESS:
        out += [m.span() for m in _each(_ADDRESS, text, _all(text, "http"))]
        out += [m.span() for m in _each(_WWW, text, _all(text, "www."))]
    if there & Sign.TAG:
        out += [m.span() for m in _each(_TAG, text, _all(text, "#"))]
        out += [m.span() for m in _each(_SYMBOL, text, _all(text, "$"))]
    if there & Sign.BACKSLASH:
        out += native.folders(text) if native.COMPILED else folders_plain(text)
        out += find_latex(text)
    if there & Sign.LOW_LINE:
        out += _identifiers(text)
    if there & Sign.ENDING:
        stops = [m.start() for m in _STOP.finditer(text)]
        out += [_with_left(text, m, _MAILBOX) for m in _each(_SITE, text, stops)]
        out += [_with_left(text, m, _FOLDERS) for m in _each(_FILE, text, stops)]
        out += [_with_left(text, m, _OBJECT) for m in _each(_CALL, text, stops)]
        out += _wordlike(text, stops)
    if there & Sign.PATH:
        slashes = [*_all(text, "/")]
        out += [_with_left(text, m, _FOLDER) for m in _each(_PATH, text, slashes)]
        out += _relative(text, slashes)
    if there & Sign.CODE:
        out += [m.span() for m in _CODE.finditer(text)]
    if there & Sign.ABROAD:
        out += [_with_left(text, m, _MAILBOX) for m in _ABROAD_SITE.finditer(text)]
    if there & SNIPPET:
        out += find_snippets(text, there)
    return out


def folders_plain(text: str) -> list[tuple[int, int]]:
    """Paths with backslashes, in Python: what the compiled ones must equal.

    >>> folders_plain(r"see C:\\Kabul\\my files.txt or \\Herat.")
    [(4, 28), (29, 35)]
    """
    out = []
    done = 0
    for match in _WINDOWS.finditer(text):
        drive = match.start() - 2
        start = drive if drive >= done and _DRIVE.match(text, drive) else match.start()
        done = match.end()
        out.append((start, done))
    return out


def _all(text: str, sign: str) -> Iterator[int]:
    """Where a sign stands: much sooner told of a long text than where a pattern does that begins with it."""
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)


def _each(pattern: re.Pattern[str], text: str, places: Iterable[int]) -> Iterator[re.Match[str]]:
    """What `finditer` gives of a pattern that begins at one of some places, which are in order."""
    done = 0
    for at in places:
        if at >= done and (match := pattern.match(text, at)):
            done = match.end()
            yield match


def _relative(text: str, slashes: Iterable[int]) -> list[tuple[int, int]]:
    """Paths from a folder that is not named: ./a, ../a/b, ~/a; not .../a, nor what a slash joins to "etc."."""
    spans = ((m.start(), _with_left(text, m, _UPWARDS)) for m in _each(_RELATIVE, text, slashes))
    return [span for slash, span in spans if span[0] < slash]


def _wordlike(text: str, stops: Iterable[int]) -> list[tuple[int, int]]:
    """Files whose ending is a word too, by what stands before it: src/berlin.go, not "He left Kandahr.so they"."""
    spans = (_with_left(text, m, _FOLDERS) for m in _each(_WORDLIKE, text, stops))
    return [(a, b) for a, b in spans if _FILELIKE.search(text, a, b) or ("-" in text[a:b] and text[a:b].islower())]


def _identifiers(text: str) -> list[tuple[int, int]]:
    """Words that a low line joins: SHIBERGHAN_X, afghstan_id; not _emphasis_."""
    out = []
    done = 0
    for at in _all(text, "_"):
        if at < done or at == 0 or not text[at - 1].isalnum() or not text[at + 1 : at + 2].isalnum():
            continue
        left = _WORDS_BEFORE.search(text, max(done, at - 64), at)
        right = _WORDS_AFTER.match(text, at)
        done = right.end() if right else at + 1
        out.append((left.start() if left else at, done))
    return out


def _with_left(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> tuple[int, int]:
    return begun(text, match.start(), pattern), match.end()
