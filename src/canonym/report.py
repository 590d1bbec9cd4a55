"""What people read: the table of changes, the coloured diff, decisions and explanations as text.

Everything here is a pure function from data to a string. Text that comes from documents is made safe for a
terminal first: control characters are shown, never sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from canonym.columns.decisions import score
from canonym.model import Decision, Edit, Failure

_SGR: Final[Mapping[str, str]] = {
    "bold": "1",
    "faint": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "removed": "31;9",
    "added": "32;1",
}
_WIDEST_CELL: Final = 56


class Change(Protocol):
    """One kind of edit: what was written, what stands there now, why, and how often."""

    @property
    def before(self) -> str:
        """What was written."""

    @property
    def after(self) -> str:
        """What stands there now."""

    @property
    def source(self) -> str:
        """Which step made it."""

    @property
    def reasons(self) -> Sequence[str]:
        """Why, most telling first."""

    @property
    def count(self) -> int:
        """How often."""


class Run(Protocol):
    """What a run did, in numbers."""

    @property
    def documents(self) -> int:
        """How many documents were read."""

    @property
    def changed(self) -> int:
        """How many of them changed."""

    @property
    def edits(self) -> int:
        """How many spans were replaced."""

    @property
    def failed(self) -> int:
        """How many documents failed."""

    @property
    def bytes(self) -> int:
        """How much was read, decompressed."""

    @property
    def seconds(self) -> float:
        """How long it took."""


class Found(Protocol):
    """An entity that was found, and how often."""

    @property
    def canonical(self) -> str:
        """Its name."""

    @property
    def type(self) -> str:
        """Its type."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def count(self) -> int:
        """How often it was found."""


def paint(text: str, style: str, colour: bool) -> str:
    """Wrap a text in the escape sequence of a style, or leave it alone where colour is off.

    >>> paint("Kabul", "bold", False), paint("Kabul", "bold", True)
    ('Kabul', '\\x1b[1mKabul\\x1b[0m')
    """
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if colour and text else text


def visible(text: str) -> str:
    r"""Show control characters and line ends instead of sending them to the terminal.

    >>> visible("Ka\x1b[31mbul\n")
    'Ka␛[31mbul␊'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\u200c\u200d\u00a0" else _picture(c) for c in text)


def _picture(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if unicodedata.category(char) == "Zs":
        return char
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def width(text: str) -> int:
    """How many terminal columns a text takes: wide characters two, combining marks none.

    >>> width("Kabul"), width("喀布尔"), width("e\u0301")
    (5, 6, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_char_width(c) for c in text)


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shorten(text: str, limit: int) -> str:
    """Cut a text to a number of columns, with an ellipsis where something is missing.

    >>> shorten("Mazar-e-Sharif", 6), shorten("Kabul", 6)
    ('Mazar…', 'Kabul')
    """
    if width(text) <= limit:
        return text
    used, out = 1, []
    for char in text:
        used += _char_width(char)
        if used > limit:
            break
        out.append(char)
    return "".join(out).rstrip() + "…"


def grid(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    colour: bool = False,
    right: Sequence[int] = (),
    styles: Mapping[str, str] | None = None,
) -> str:
    """Lay out cells in columns, two blanks between them; the columns in `right` are flush right.

    `styles` gives the style of the cells of a column by their content, under "column number:content".

    >>> print(grid(["name", "count"], [["Kabul", "12"]], right=[1]))
    name   count
    Kabul     12
    """
    cells = [[shorten(visible(cell), _WIDEST_CELL) for cell in row] for row in rows]
    widths = [max(width(row[k]) for row in [list(head), *cells]) for k in range(len(head))]
    chosen = styles or {}

    def line(row: Sequence[str], colour: bool) -> str:
        parts = []
        for k, cell in enumerate(row):
            pad = " " * (widths[k] - width(cell)) if k in right or k + 1 < len(row) else ""
            style = chosen.get(f"{k}:{cell}")
            shown = paint(cell, style, colour) if style else cell
            parts.append(pad + shown if k in right else shown + pad)
        return "  ".join(parts).rstrip()

    return "\n".join([paint(line(head, False), "bold", colour), *(line(row, colour) for row in cells)])


def changes_table(changes: Sequence[Change], *, limit: int = 40, colour: bool = False) -> str:
    """The table of what changed, most frequent first; what does not fit is counted in a last line."""
    ranked = sorted(changes, key=lambda c: (-c.count, c.before, c.after))
    rows = [[c.before, c.after, why(c.source, c.reasons), f"{c.count:,}"] for c in ranked[:limit]]
    return _topped(["before", "after", "why", "count"], rows, [c.count for c in ranked], "change", colour)


def found_table(found: Sequence[Found], *, limit: int = 40, colour: bool = False) -> str:
    """The table of entities that were found, most frequent first."""
    ranked = sorted(found, key=lambda f: (-f.count, f.canonical, f.id))
    rows = [[f.canonical, f.type, f.id, f"{f.count:,}"] for f in ranked[:limit]]
    return _topped(["canonical", "type", "id", "count"], rows, [f.count for f in ranked], "name", colour)


def why(source: str, reasons: Sequence[str]) -> str:
    """The step that made an edit, and what its first reason adds to that.

    >>> why("rule", ["izafa"]), why("scrubbed", ['the string "ani" is missing']), why("mojibake", ["..."])
    ('rule: izafa', 'scrubbed "ani"', 'mojibake')
    """
    if source == "mojibake" or not reasons:
        return source
    if source == "scrubbed" and (string := re.search(r'"[^"]+"', reasons[0])):
        return f"{source} {string[0]}"
    return f"{source}: {reasons[0]}"


def _topped(head: Sequence[str], rows: Sequence[Sequence[str]], counts: Sequence[int], noun: str, colour: bool) -> str:
    if not rows:
        return ""
    out = grid(head, rows, colour=colour, right=[len(head) - 1])
    rest = counts[len(rows) :]
    return f"{out}\n… and {plural(len(rest), f'more {noun}')}, {sum(rest):,} in all" if rest else out


def summary_line(run: Run, *, found: int | None = None, dry_run: bool = False) -> str:
    """One line on a whole run; `found` counts the mentions of an annotation."""
    if found is None:
        verb = "would change" if dry_run else "changed"
        done = f"{run.changed:,} {verb}, {plural(run.edits, 'edit')}"
    else:
        done = f"{plural(found, 'name')} found"
    failed = f", {run.failed:,} failed" if run.failed else ""
    return f"{plural(run.documents, 'document')}, {done}{failed}; {pace(run.bytes, run.seconds)}"


def pace(size: int, seconds: float) -> str:
    """Size and time in words, with the rate where the time can be trusted.

    >>> pace(1_250_000, 0.5), pace(900, 0.01)
    ('1.2 MB in 0.5 s (2.5 MB/s)', '0.9 kB in 0.0 s')
    """
    amount = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"
    rate = f" ({size / 1e6 / seconds:,.1f} MB/s)" if seconds >= 0.2 and size >= 1e5 else ""
    return f"{amount} in {seconds:,.1f} s{rate}"


def plural(number: int, noun: str) -> str:
    """A number with its noun.

    >>> plural(1, "document"), plural(1200, "document")
    ('1 document', '1,200 documents')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def diff(name: str, text: str, edits: Sequence[Edit], *, colour: bool = False, context: int = 48) -> str:
    """The lines of one document that change, before and after, cut to what stands around the edits.

    >>> print(diff("a.txt", "In Afghstan.", [Edit(3, 11, "Afghstan", "Afghanistan", "scrubbed")]))
    --- a.txt
    @@ line 1 @@ scrubbed
    -In Afghstan.
    +In Afghanistan.
    """
    if not edits:
        return ""
    out = [paint(f"--- {visible(name)}", "bold", colour)]
    ordered = sorted(edits, key=lambda e: (e.start, e.end))
    line_number, seen = 1, 0
    for group in _by_line(text, ordered):
        first = group[0]
        line_number += text.count("\n", seen, first.start)
        seen = first.start
        why = ", ".join(dict.fromkeys(e.source for e in group))
        out.append(paint(f"@@ line {line_number:,} @@ {visible(why)}", "cyan", colour))
        start = text.rfind("\n", 0, first.start) + 1
        end = text.find("\n", group[-1].end)
        end = len(text) if end < 0 else end
        old, new = _sides(text, start, end, group, colour, context)
        out += [paint("-", "red", colour) + old, paint("+", "green", colour) + new]
    return "\n".join(out)


def _by_line(text: str, edits: Sequence[Edit]) -> Iterable[list[Edit]]:
    group: list[Edit] = []
    for edit in edits:
        if group and "\n" in text[group[-1].start : edit.start]:
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _sides(text: str, start: int, end: int, group: Sequence[Edit], colour: bool, context: int) -> tuple[str, str]:
    old: list[str] = []
    new: list[str] = []
    at = start
    for edit in group:
        gap = _clip(text[at : edit.start], context, head=at > start, tail=True)
        old += [gap, paint(visible(edit.before), "removed", colour)]
        new += [gap, paint(visible(edit.after), "added", colour)]
        at = edit.end
    rest = _clip(text[at:end], context, head=True, tail=False)
    return "".join(old) + rest, "".join(new) + rest


def _clip(text: str, context: int, *, head: bool, tail: bool) -> str:
    """Keep what touches an edit: the head follows one, the tail precedes one."""
    if len(text) <= context * (head + tail) + 3:
        return visible(text.rstrip("\r"))
    first = text[:context].rstrip() + " " if head else ""
    last = " " + text[-context:].lstrip() if tail else ""
    return visible(f"{first}…{last}")


_STATUS_STYLE: Final[Mapping[str, str]] = {
    "6:accept": "green",
    "6:ambiguous": "yellow",
    "6:abstain": "red",
}


def decisions_table(decisions: Sequence[Decision], *, colour: bool = False) -> str:
    """Decisions as a table for people: the name, what it means, how sure, and what else it may mean."""
    rows = []
    for decision in decisions:
        best = decision.best
        others = "; ".join(dict.fromkeys(f"{c.entity.canonical} ({c.entity.id})" for c in decision.alternatives))
        found = ["-", "", "", "", ""]
        if best is not None:
            entity = best.entity
            found = [entity.canonical, entity.type, entity.id, best.match, score(best.score)]
        rows.append([decision.form, *found, decision.status, others])
    head = ["name", "canonical", "type", "id", "match", "score", "status", "alternatives"]
    return grid(head, rows, colour=colour, styles=_STATUS_STYLE)


def explanation(lines: Sequence[str], *, colour: bool = False) -> str:
    """An explanation for a terminal: the first line is the verdict, the rest are its grounds."""
    shown = [visible(line) for line in lines]
    return "\n".join([paint(shown[0], "bold", colour), *shown[1:]]) if shown else ""


def failure_lines(failures: Sequence[Failure], total: int, where: str = "", *, limit: int = 5) -> list[str]:
    """One line for each of the first failures, and one that says where the others stand.

    >>> failure_lines([Failure("a.txt", "not UTF-8", "Say --encoding NAME")], 1)
    ['a.txt: not UTF-8. Say --encoding NAME.']
    """
    out = [_failure_line(f) for f in failures[:limit]]
    if total > len(out):
        out.append(f"… and {plural(total - len(out), 'more failure')}.")
    if where and total > 1:
        out.append(f"All {total:,} failures are told in {visible(where)}.")
    return out


def _failure_line(failure: Failure) -> str:
    tail = f". {failure.remedy}" if failure.remedy else ""
    return sentence(visible(f"{failure.name}: {failure.problem}{tail}"))


def sentence(text: str) -> str:
    """A sentence ends in a full stop.

    >>> sentence("Check the path"), sentence("Why?")
    ('Check the path.', 'Why?')
    """
    return text if text.endswith((".", "!", "?")) else f"{text}."
