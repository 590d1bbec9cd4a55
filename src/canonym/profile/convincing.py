"""Whether what strings explain is enough to believe that they were lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from canonym.profile.residues import Trace

#: Words that begin alike are relatives, and count once: "month", "months".
_STEM: Final = 5
#: One document convinces by itself with this many unrelated words, and this much gain (log10) in all: among
#: 37,000 sound texts the best has two words and 4.1.
OWN_FAMILIES: Final = 2
OWN_GAIN: Final = 6.5
#: The same for languages whose dictionaries know fewer of their words (compounds, inflection).
_FOREIGN_FAMILIES: Final = 4
_FOREIGN_GAIN: Final = 10.0


def worth(found: Iterable[Trace]) -> tuple[int, float]:
    """How many unrelated words the traces stand for, and what they gain (log10) in all."""
    best: dict[str, float] = {}
    for trace in found:
        family = trace.word[:_STEM]
        best[family] = max(best.get(family, 0.0), trace.gain)
    return len(best), sum(best.values())


def enough(lang: str) -> tuple[int, float]:
    """How many unrelated words, and how much gain (log10), convince in one document of a language."""
    return (OWN_FAMILIES, OWN_GAIN) if lang == "en" else (_FOREIGN_FAMILIES, _FOREIGN_GAIN)


def convincing(found: Iterable[Trace], unrelated: int, gain: float) -> bool:
    """True where the traces stand for enough unrelated words, and gain enough (log10) in all."""
    count, total = worth(found)
    return count >= unrelated and total >= gain


def unshadowed(
    absent: Mapping[str, Mapping[str, Trace]],
    unrelated: int,
    gain: float,
    accept: Callable[[str, Mapping[str, Trace]], bool] = lambda _string, _left: True,
) -> list[str]:
    """The convincing strings, best first, each judged by the words that no better string explains.

    Every scrubbed string casts shadows: where "ent" is gone, "ency" explains "presid" and "curr" too.
    """
    ranked = [
        (total, string)
        for string, found in absent.items()
        if len(found) >= unrelated and (total := worth(found.values())[1]) >= gain
    ]
    ranked.sort(key=lambda pair: (-pair[0], pair[1]))
    out: list[str] = []
    taken: set[str] = set()
    for _, string in ranked:
        if any(not string.replace(better, "") for better in out):
            continue  # the same string twice over: "training" lost both of its "in"
        left = {form: trace for form, trace in absent[string].items() if form not in taken}
        if convincing(left.values(), unrelated, gain) and accept(string, left):
            out.append(string)
            taken |= left.keys()
    return out
