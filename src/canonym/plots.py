"""Plots as SVG, written by hand: no library, the same bytes each time, readable in light and in dark.

Colours are of the palette of Okabe and Ito, which people with any colour vision can tell apart; nothing is told by
colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from canonym.evaluate import Bin, Calibration

_WIDTH: Final = 520
_LEFT, _RIGHT = 64, 496
_TOP, _BOTTOM = 76, 436
_BARS_TOP, _BARS_BOTTOM = 470, 550
_HEIGHT: Final = 606
_TICKS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

#: paper, ink, soft ink, rules, dots, bars; plain rules and no CSS variables, which not every renderer knows.
_LIGHT: Final = ("#ffffff", "#1f2328", "#59636e", "#d9dee3", "#0072b2", "#a5cfe8")
_DARK: Final = ("#14181d", "#e6e9ec", "#a3acb5", "#333b44", "#56b4e9", "#2f6f97")


def _colours(palette: tuple[str, ...]) -> str:
    paper, ink, soft, rule, dot, bar = palette
    return (
        f".paper {{ fill: {paper}; }} text {{ fill: {soft}; }} .title, .axis {{ fill: {ink}; }} "
        f".rule {{ stroke: {rule}; }} .frame, .ideal {{ stroke: {soft}; }} .line, .spread {{ stroke: {dot}; }} "
        f".dot {{ fill: {dot}; stroke: {paper}; }} .bar {{ fill: {bar}; }}"
    )


_STYLE: Final = f"""\
    text {{ font: 12px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }}
    .title {{ font-size: 17px; font-weight: 600; }}
    .axis {{ font-size: 13px; }}
    .count {{ font-size: 11px; }}
    .frame, .line {{ fill: none; }}
    .ideal {{ stroke-width: 1.5; stroke-dasharray: 5 5; }}
    .line {{ stroke-width: 2; stroke-linejoin: round; }}
    .spread {{ stroke-width: 1.5; opacity: 0.55; }}
    .dot {{ stroke-width: 1.5; }}
    {_colours(_LIGHT)}
    @media (prefers-color-scheme: dark) {{
      {_colours(_DARK)}
    }}"""


def reliability(calibration: Calibration, title: str = "Reliability", subtitle: str | None = None) -> str:
    """A reliability plot: what share of answers was right at each score, with the number of answers below.

    On the dashed diagonal a score is what it says. The upright lines are 95 % intervals (Wilson's), since a share
    of few answers says little. Without a `subtitle` the calibration error and the Brier score stand in its place.

    Returns:
        A whole SVG file, 520 units wide.
    """
    told = _summary(calibration) if subtitle is None else subtitle
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
            f' height="{_HEIGHT}" role="img" aria-labelledby="title desc">',
            f'  <title id="title">{escape(title)}</title>',
            f'  <desc id="desc">{escape(_in_words(calibration))}</desc>',
            "  <style>",
            _STYLE,
            "  </style>",
            f'  <rect class="paper" width="{_WIDTH}" height="{_HEIGHT}"/>',
            f'  <text class="title" x="{_LEFT}" y="32">{escape(title)}</text>',
            f'  <text x="{_LEFT}" y="54">{escape(told)}</text>',
            *_square(),
            *_points(calibration.bins),
            *_histogram(calibration.bins),
            "</svg>",
            "",
        ]
    )


def _summary(calibration: Calibration) -> str:
    if calibration.error is None or calibration.brier is None:
        return "no scored answers"
    return (
        f"calibration error {calibration.error:.3f}, Brier score {calibration.brier:.3f}, {calibration.count:,} answers"
    )


def _in_words(calibration: Calibration) -> str:
    parts = [
        f"scores {b.low:.1f} to {b.high:.1f}: mean {b.mean:.2f}, {b.right:.0%} right of {b.count:,}"
        for b in calibration.bins
    ]
    return "; ".join([_summary(calibration), *parts])


def _x(score: float) -> float:
    return _LEFT + score * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'  <line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _text(text: str, x: float, y: float, kind: str = "", anchor: str = "middle", turn: bool = False) -> str:
    class_ = f' class="{kind}"' if kind else ""
    turned = f' transform="rotate(-90 {_n(x)} {_n(y)})"' if turn else ""
    return f'  <text{class_} x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{turned}>{escape(text)}</text>'


def _n(value: float) -> str:
    """A coordinate, to a tenth of a unit and without needless noughts.

    >>> _n(12.0), _n(0.349)
    ('12', '0.3')
    """
    return f"{value:.1f}".removesuffix(".0")


def _square() -> Iterator[str]:
    """The square of scores and shares, its ticks, and the diagonal."""
    for tick in _TICKS:
        yield _line("rule", _LEFT, _y(tick), _RIGHT, _y(tick))
        yield _line("rule", _x(tick), _TOP, _x(tick), _BOTTOM)
        yield _text(f"{tick:.1f}", _LEFT - 8, _y(tick) + 4, anchor="end")
    yield f'  <rect class="frame" x="{_LEFT}" y="{_TOP}" width="{_RIGHT - _LEFT}" height="{_BOTTOM - _TOP}"/>'
    yield _line("ideal", _x(0), _y(0), _x(1), _y(1))
    yield _text("share that is right", 20, (_TOP + _BOTTOM) / 2, "axis", turn=True)


def _points(bins: Sequence[Bin]) -> Iterator[str]:
    if len(bins) > 1:
        path = " ".join(f"{_n(_x(b.mean))},{_n(_y(b.right))}" for b in bins)
        yield f'  <polyline class="line" points="{path}"/>'
    for b in bins:
        low, high = interval(b.right, b.count)
        yield _line("spread", _x(b.mean), _y(low), _x(b.mean), _y(high))
    for b in bins:
        hint = f"mean score {b.mean:.3f}, {b.right:.3f} right, {b.count:,} answers"
        yield f'  <circle class="dot" cx="{_n(_x(b.mean))}" cy="{_n(_y(b.right))}" r="5"><title>{hint}</title></circle>'


def interval(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share of `count`, at 95 % unless `z` says otherwise (Wilson 1927).

    >>> [round(end, 3) for end in interval(0.9, 10)]
    [0.596, 0.982]
    """
    if count <= 0:
        return 0.0, 1.0
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    middle, scale = share + z * z / (2 * count), 1 + z * z / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _histogram(bins: Sequence[Bin]) -> Iterator[str]:
    """How many answers each bin holds, below the square and on the same scale of scores."""
    most = max((b.count for b in bins), default=1)
    for b in bins:
        height = max(1.0, b.count / most * (_BARS_BOTTOM - _BARS_TOP))
        x, width = _x(b.low) + 2, _x(b.high) - _x(b.low) - 4
        yield (
            f'  <rect class="bar" x="{_n(x)}" y="{_n(_BARS_BOTTOM - height)}" width="{_n(width)}"'
            f' height="{_n(height)}"/>'
        )
        yield _text(f"{b.count:,}", x + width / 2, _BARS_BOTTOM - height - 4, "count")
    yield _line("frame", _LEFT, _BARS_BOTTOM, _RIGHT, _BARS_BOTTOM)
    for tick in _TICKS:
        yield _line("frame", _x(tick), _BARS_BOTTOM, _x(tick), _BARS_BOTTOM + 4)
        yield _text(f"{tick:.1f}", _x(tick), _BARS_BOTTOM + 18)
    yield _text("answers", 20, (_BARS_TOP + _BARS_BOTTOM) / 2, "axis", turn=True)
    yield _text("score", (_LEFT + _RIGHT) / 2, _BARS_BOTTOM + 40, "axis")
