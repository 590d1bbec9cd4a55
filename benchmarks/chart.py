"""The results as one SVG of four panels, in the style of canonym's own plots."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from benchmarks.measure import Figure
from canonym.plots import _STYLE, _line, _text

Series = Mapping[str, Sequence[tuple[float, float]]]

_WIDTH, _HEIGHT = 1040, 860
_PANEL: Final = (430, 310)
_PLACES: Final = ((70, 100), (570, 100), (70, 500), (570, 500))
#: Of the palette of Okabe and Ito; each series has its own mark too.
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_MARKS: Final = (
    "M-5,0 A5,5 0 1 0 5,0 A5,5 0 1 0 -5,0 Z",
    "M-4.5,-4.5 H4.5 V4.5 H-4.5 Z",
    "M0,-6 L5.5,4.5 H-5.5 Z",
    "M0,-6 L6,0 L0,6 L-6,0 Z",
    "M0,6 L5.5,-4.5 H-5.5 Z",
    "M-5,-5 L5,5 M-5,5 L5,-5",
)


def draw(results: Mapping[str, Sequence[Figure]], title: str, subtitle: str) -> str:
    """A whole SVG file."""
    order = list(dict.fromkeys(figure.tool for figures in results.values() for figure in figures))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
            f' height="{_HEIGHT}" role="img" aria-labelledby="title desc">',
            f'  <title id="title">{escape(title)}</title>',
            f'  <desc id="desc">{escape(_in_words(results))}</desc>',
            "  <style>",
            _STYLE,
            "  </style>",
            f'  <rect class="paper" width="{_WIDTH}" height="{_HEIGHT}"/>',
            f'  <text class="title" x="{_PLACES[0][0]}" y="32">{escape(title)}</text>',
            f'  <text x="{_PLACES[0][0]}" y="54">{escape(subtitle)}</text>',
            *_bars(results.get("peers", ()), order),
            *_lines(_by(results.get("corpus", ()), "megabytes"), 1, "MB of corpus", order),
            *_lines(_by(results.get("tables", ()), "names"), 2, "names in the table", order),
            *_lines(_by(results.get("workers", ()), "workers"), 3, "workers", order),
            "</svg>",
            "",
        ]
    )


def _in_words(results: Mapping[str, Sequence[Figure]]) -> str:
    told = [f"{f.tool} {f.pace:.2f} MB/s" for f in results.get("peers", ()) if f.pace]
    return "; ".join(told) or "no figures"


def _by(figures: Sequence[Figure], what: str) -> Series:
    series: dict[str, list[tuple[float, float]]] = {}
    for figure in figures:
        if figure.pace:
            series.setdefault(figure.tool, []).append((float(getattr(figure, what)), figure.pace))
    return {tool: sorted(points) for tool, points in series.items()}


def _bars(figures: Sequence[Figure], order: Sequence[str]) -> Iterator[str]:
    """Paces side by side, on a scale of powers of ten."""
    left, top = _PLACES[0]
    measured = [(figure.tool, figure.pace) for figure in figures if figure.pace]
    yield _text("MB/s, one process", left, top - 12, "axis", "start")
    if not measured:
        return
    low, high = _decades([pace for _, pace in measured])
    base, width = left + 110, _PANEL[0] - 170
    height = min(44.0, _PANEL[1] / len(measured))
    for power in range(low, high + 1):
        x = base + width * (power - low) / max(high - low, 1)
        yield _line("rule", x, top, x, top + _PANEL[1])
        yield _text(_short(10.0**power), x, top + _PANEL[1] + 18)
    for k, (tool, pace) in enumerate(sorted(measured, key=lambda one: -one[1])):
        y = top + k * height
        length = max(2.0, width * (math.log10(pace) - low) / max(high - low, 1))
        colour = _COLOURS[order.index(tool) % len(_COLOURS)]
        yield _text(tool, base - 8, y + height / 2 + 4, anchor="end")
        yield f'  <rect fill="{colour}" x="{base}" y="{y + 5:.1f}" width="{length:.1f}" height="{height - 10:.1f}"/>'
        yield _text(_short(pace), base + length + 6, y + height / 2 + 4, anchor="start")


def _lines(series: Series, panel: int, label: str, order: Sequence[str]) -> Iterator[str]:
    """Pace against what grows, both on scales of powers of ten but for few workers."""
    left, top = _PLACES[panel]
    right, bottom = left + _PANEL[0] - 110, top + _PANEL[1]
    yield _text(f"MB/s by {label}", left, top - 12, "axis", "start")
    if not series:
        return
    low, high = _decades([y for points in series.values() for _, y in points])
    xs = sorted({x for points in series.values() for x, _ in points})
    first, last = math.log10(xs[0]), math.log10(xs[-1])

    def across(x: float) -> float:
        return left + (right - left) * ((math.log10(x) - first) / (last - first) if last > first else 0.5)

    def up(y: float) -> float:
        return bottom - (bottom - top) * (math.log10(y) - low) / max(high - low, 1)

    for power in range(low, high + 1):
        yield _line("rule", left, up(10.0**power), right, up(10.0**power))
        yield _text(_short(10.0**power), left - 8, up(10.0**power) + 4, anchor="end")
    shown: list[float] = []
    for x in xs:
        if not shown or across(x) - across(shown[-1]) > 44:
            shown.append(x)
            yield _text(_short(x), across(x), bottom + 18)
    labels: list[float] = []
    for tool, points in sorted(series.items(), key=lambda one: -one[1][-1][1]):
        k = order.index(tool) % len(_COLOURS)
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
        style = f'fill="none" stroke="{_COLOURS[k]}" stroke-width="2"'
        yield f'  <polyline {style} points="{path}"/>'
        for x, y in points:
            place = f'transform="translate({across(x):.1f} {up(y):.1f})"'
            hint = f"{tool}: {_short(x)} {label}, {_short(y)} MB/s"
            yield (
                f'  <path fill="{_COLOURS[k]}" stroke="{_COLOURS[k]}" d="{_MARKS[k]}" {place}>'
                f"<title>{escape(hint)}</title></path>"
            )
        # Names beside the last points, none upon another.
        wanted = max([up(points[-1][1]) + 4, *[y + 15 for y in labels[-1:]]])
        labels.append(wanted)
        yield _text(tool, across(points[-1][0]) + 10, wanted, anchor="start")


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _short(value: float) -> str:
    """A number in few letters.

    >>> _short(0.0123), _short(0.5), _short(138.2), _short(457000.0)
    ('0.012', '0.5', '138', '457,000')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
