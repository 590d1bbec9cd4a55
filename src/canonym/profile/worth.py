"""Which texts are worth searching for lost strings, each taken alone: few."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from canonym import native
from canonym.profile.convincing import OWN_FAMILIES, OWN_GAIN, convincing, enough
from canonym.profile.glance import seen
from canonym.profile.residues import Trace, traces


def worth_searching(texts: Sequence[str]) -> list[int]:
    """The numbers of the texts that by themselves may show that a string was lost, of which a profile tells.

    >>> worth_searching(["Nothing is missing in the words of this text, as far as they are known to anybody."])
    []
    """
    if not native.COMPILED:
        return list(range(len(texts)))
    told = seen(texts)
    others = [k for k, (english, _) in told if not english]
    return sorted(
        [k for k, (english, words) in told if english and _is_worth(texts[k], words)] + [*_worth(texts, others)]
    )


def _worth(texts: Sequence[str], numbers: Sequence[int]) -> Iterator[int]:
    """Of texts in other languages those with so many words that may be leftovers that these might convince."""
    if not numbers:
        return
    from canonym.profile import census

    counting = census.begun()
    told, _ = counting.count([texts[k] for k in numbers])
    counting.take()
    census.leave(counting)
    yield from (numbers[k] for k, lang, words in told if len(words) >= enough(lang)[0])


def _is_worth(text: str, words: Collection[str]) -> bool:
    # One string must tell of several words, and gain enough by them; and must itself be missing.
    if not traces("en").may_agree(words):
        return False
    told = traces("en").explain(words).values()
    if len(told) < OWN_FAMILIES:
        return False
    by_string: dict[str, list[Trace]] = {}
    for found in told:
        for trace in found:
            by_string.setdefault(trace.string, []).append(trace)
    likely = [string for string, found in by_string.items() if convincing(found, OWN_FAMILIES, OWN_GAIN)]
    lowered = text.lower() if likely else ""
    return any(string not in lowered for string in likely)
