"""Spans of a text that are code, markup or keys: what stands there means what it spells, and is never rewritten.

Each is told by its own signs, so that prose is left to prose: Kabool/Kandahr, (Kabool), **Kabool** and [Kabool](url)
are none, nor are the strings of code or the words between tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from canonym.patterns import begun, pattern


class Kind:
    """What of it a text may hold, each told by signs of its own; beside those of `protected.Sign`."""

    DOI: Final = 1 << 12
    CALL: Final = 1 << 13
    ARROW: Final = 1 << 14
    SCOPE: Final = 1 << 15
    BRACE: Final = 1 << 16
    PERCENT: Final = 1 << 17
    OPTION: Final = 1 << 18
    FLAG: Final = 1 << 19
    GOODS: Final = 1 << 20
    IMAGE: Final = 1 << 21
    ROOT: Final = 1 << 22
    FORUM: Final = 1 << 23
    EQUALS: Final = 1 << 24
    TAG: Final = 1 << 25
    TICK: Final = 1 << 26


#: By what each is told; what is found of a kind holds one of these. Twin: `snippet_at` in signs.c.
TOLD: Final = {
    Kind.DOI: pattern(r"(?<!\w)10\.[0-9]{4}"),
    Kind.CALL: pattern(r"\(\)"),
    Kind.ARROW: pattern(r"->[a-z_]"),
    Kind.SCOPE: pattern(r"::\w"),
    Kind.BRACE: pattern(r"\{"),
    Kind.PERCENT: pattern(r"%[A-Za-z]"),
    Kind.OPTION: pattern(r"(?<!\w)--[a-z]"),
    Kind.FLAG: pattern(r"(?<!\w)-[DI][A-Z_]"),
    Kind.GOODS: pattern(r"[A-Za-z]-[0-9]{3}"),
    Kind.IMAGE: pattern(r"/[\w.-]+:[a-z0-9]"),
    Kind.ROOT: pattern(r"/(?<![^\s(\[`=:\"'“‘]/)(?:[A-Za-z]|[^\x00-\x7f])"),
    Kind.FORUM: pattern(r"(?<!\w)[ru]/\w"),
    Kind.EQUALS: pattern(r"="),
    Kind.TAG: pattern(r"</[A-Za-z]|<[A-Za-z][\w:.-]*(?:/>|\s[^<>=]{0,80}=)"),
    Kind.TICK: pattern(r"```|(?<![`\w])`[^`\n]{1,200}`(?![`\w])"),
}
SNIPPET: Final = sum(TOLD)

# Each begins with what is plain, and asks there what must not stand before: so most of a text is passed over at once.
_DOI = pattern(r"10\.(?<!\w10\.)[0-9]{4,9}/[^\s\"<>]+")
#: Behind the name of what is called, of an object or of a scope. A capital behind an arrow is prose: Kabool->Kandahr.
_CALL = pattern(r"\(\)")
_ARROW = pattern(r"->[a-z_]\w*(?:\(|\b)")
_SCOPE = pattern(r"::\w+")
_OBJECT = pattern(r"[\w.]+")
#: Variables and templates, up to their arguments.
_DOLLAR = pattern(r"\$\{[^{}\n]{1,80}\}")
_PERCENT = pattern(r"%(?<![\w%]%)[A-Za-z]\w{0,60}%(?!\w)")
_TEMPLATE = pattern(r"\{\{[^{}|\n]{1,80}(?=\||\}\})")
#: A key of an object in JSON: the first, and those that follow it.
_FIRST_KEY = pattern(r"\{\s{0,80}(?:\"[^\"\n]{1,80}\"|'[^'\n]{1,80}')\s?:")
_KEY = pattern(r"[{,]\s{0,80}(\"[^\"\n]{1,80}\"|'[^'\n]{1,80}')\s?:")
#: Options and compilers' flags.
_OPTION = pattern(r"--(?<![\w-]--)[a-z][\w-]*(?:=[^\s,;]+)?")
_FLAG = pattern(r"-(?<!\S-)(?:[DI][A-Z][a-z][\w./-]*|D[A-Z_]+=\S*)")
#: The image of a container: all in small letters, and a tag behind it without a blank.
_IMAGE = pattern(r"/[\w.-]+:[a-z0-9][\w.-]*")
_IMAGE_BEFORE = pattern(r"[\w./-]+")
#: A path from the root, and a forum: the slash opens a word. Two words with a slash between them are prose.
_ROOT = pattern(r"/(?<![^\s(\[`=:\"'“‘]/)(?<!\w[\"']/)(?:[A-Za-z]|[^\W\d_])[\w.-]*")
_FORUM = pattern(r"/(?<=[ru]/)(?<![\w/][ru]/)[A-Za-z]\w*")
#: A key of goods: figures at a hyphen. A year there is that of games or a congress: Athens-2004.
_GOODS = pattern(r"-[0-9]{3,}(?!\w)")
_GOODS_BEFORE = pattern(r"[A-Za-z][\w-]*")
_YEAR = pattern(r"-(?:1[5-9]|20)[0-9]{2}$")
#: What an address asks for.
_ASKED = pattern(r"&(?:amp;)?[\w.-]+=\S*|\?[\w.-]+=\S+")
_ASKED_BEFORE = pattern(r"[^\s<>\"'(]+")
#: A line that gives a name a value: a figure, a list, a call, what a semicolon ends, or a string, which is text.
_GIVEN = pattern(
    r"^[ \t]*(?:(?:var|let|const|int|float|double|auto|my|local|export|final|static) )?[$@]?[A-Za-z_][\w.]*"
    r"(?:\[[^\]\n]*\])?[ \t]?[-+*/|:]?=(?![=>])[ \t]?"
    r"(?:-?[0-9][\w.]*[ \t]*(?=[;,#\r]|//|$)|(?:True|False|None|true|false|null|nil)\b|[A-Za-z_][\w.]*\("
    r"|[^\s\"'][^\n\"']*;\s*$|(?=[\[{(\"']))",
    re.MULTILINE,
)
#: Tags: their names, and of their attributes what is no text; a name alone only where it is closed somewhere.
_TAG = pattern(r"<([A-Za-z][\w:.-]*)(?=\s[^<>=]{0,80}=)")
_CLOSING = pattern(r"</([A-Za-z][\w:.-]*)\s?>")
_OPENING = pattern(r"<([A-Za-z][\w:.-]*)/?>")
_EQUALS = pattern("=")
_VALUE = pattern(r"=\s?(?:\"[^\"\n]*\"|'[^'\n]*')")
#: Read backwards.
_ATTRIBUTE = pattern(r"\s?(?:ssalc|di:lmx|di|ferh|crs|rof|ler|fer|yek|[\w-]+-atad)(?![\w-])")
#: Tags whose contents are code.
_PROGRAM = pattern(r"<(code|pre|script|style|kbd|samp|tt)\b[^<>]*>", re.IGNORECASE)
_FENCE = "```"
_TICKS = pattern(r"`(?<![`\w]`)[^`\n]{1,200}`(?![`\w])")
#: Commands of LaTeX whose arguments are keys and files.
_LATEX = pattern(
    r"\\(?:label|[a-zA-Z]{0,9}ref|[a-zA-Z]{0,9}cite[a-zA-Z]{0,9}\*?|nocite|bibliography|bibliographystyle|addbibresource|bibitem|input"
    r"|include|includegraphics|includeonly|graphicspath|usepackage|RequirePackage|documentclass|url|begin|end|(?:re)?newcommand"
    r"|gls|index|hypertarget|hyperlink)(?:\[[^\]\n]{0,200}\])*\{[^{}]{0,400}\}"
)


def find_snippets(text: str, there: int = SNIPPET) -> Iterator[tuple[int, int]]:
    """Spans of code, markup and keys; some may be in others. Of the kinds, `there` are those that may be there.

    >>> [text[a:b] for text in ["kabool(), r/Kabool, --kabool or Kabool/Kandahr"] for a, b in find_snippets(text)]
    ['kabool()', '--kabool', 'r/Kabool']
    """
    if there & Kind.DOI:
        yield from _spans(_DOI, text)
    if there & Kind.CALL:
        yield from _with_left(_CALL, text, _OBJECT)
    if there & Kind.ARROW:
        yield from _with_left(_ARROW, text, _OBJECT)
    if there & Kind.SCOPE:
        yield from _with_left(_SCOPE, text, _OBJECT)
    if there & Kind.BRACE:
        yield from _spans(_DOLLAR, text)
        yield from _spans(_TEMPLATE, text)
        if (first := _FIRST_KEY.search(text)) is not None:
            yield from (match.span(1) for match in _KEY.finditer(text, first.start()))
    if there & Kind.PERCENT:
        yield from _spans(_PERCENT, text)
    if there & Kind.OPTION:
        yield from _spans(_OPTION, text)
    if there & Kind.FLAG:
        yield from _spans(_FLAG, text)
    if there & Kind.GOODS:
        yield from filter(lambda span: _is_key_of_goods(text[slice(*span)]), _with_left(_GOODS, text, _GOODS_BEFORE))
    if there & Kind.IMAGE:
        yield from (span for span in _with_left(_IMAGE, text, _IMAGE_BEFORE) if text[slice(*span)].islower())
    if there & Kind.ROOT:
        yield from _spans(_ROOT, text)
    if there & Kind.FORUM:
        yield from ((match.start() - 1, match.end()) for match in _FORUM.finditer(text))
    if there & Kind.EQUALS:
        yield from ((begun(text, m.start(), _ASKED_BEFORE), m.end()) for m in _ASKED.finditer(text))
        yield from _given(text)
    if there & Kind.TAG:
        yield from _tags(text)
    if there & Kind.TICK:
        yield from _fenced(text)


def find_latex(text: str) -> Iterator[tuple[int, int]]:
    r"""Commands of LaTeX with the keys and files that they name.

    >>> [text[a:b] for text in [r"\\section{Kabool} \\cite[1]{Kabool}"] for a, b in find_latex(text)]
    ['\\cite[1]{Kabool}']
    """
    return _spans(_LATEX, text)


def _spans(wanted: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in wanted.finditer(text))


def _with_left(wanted: re.Pattern[str], text: str, before: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """What is found where something stands before it, with that."""
    for match in wanted.finditer(text):
        start = begun(text, match.start(), before)
        if start < match.start():
            yield start, match.end()


def _given(text: str) -> Iterator[tuple[int, int]]:
    """What stands around signs of equality, which are few: lines that give a name a value, attributes of tags."""
    done = 0
    for sign in _EQUALS.finditer(text):
        at = sign.start()
        if at >= done:  # a line of its own
            if (match := _GIVEN.match(text, text.rfind("\n", 0, at) + 1)) is not None:
                yield match.span()
            done = text.find("\n", at)
            done = len(text) if done < 0 else done
        if (match := _VALUE.match(text, at)) is not None and (start := begun(text, at, _ATTRIBUTE)) < at:
            yield start, match.end()


def _is_key_of_goods(found: str) -> bool:
    if found.isupper():
        return True
    return _YEAR.search(found) is None and found[-4:].isdecimal()


def _tags(text: str) -> Iterator[tuple[int, int]]:
    yield from (match.span(1) for match in _TAG.finditer(text))
    closed = set()
    for match in _CLOSING.finditer(text):
        closed.add(match[1])
        yield match.span(1)
    yield from (match.span(1) for match in _OPENING.finditer(text) if match[1] in closed or match[0].endswith("/>"))
    small = ""
    done = 0
    for match in _PROGRAM.finditer(text):
        if match.start() < done:
            continue
        small = small or text.lower()
        if len(small) != len(text):  # a letter became two: places are no longer the same
            small = text
        done = small.find(f"</{match[1].lower()}", match.end())
        if done < 0:
            return
        yield match.end(), done


def _fenced(text: str) -> Iterator[tuple[int, int]]:
    """Between fences; and between single ticks, but not those of `quotes'."""
    start = text.find(_FENCE)
    while start >= 0:
        end = text.find(_FENCE, start + len(_FENCE))
        if end < 0:  # one that opens a line goes on to the end
            if text[:start].rpartition("\n")[2].strip(" >") == "":
                yield start, len(text)
            break
        yield start, end
        start = text.find(_FENCE, end + len(_FENCE))
    yield from (match.span() for match in _TICKS.finditer(text) if match[0].count("'") % 2 == 0)
