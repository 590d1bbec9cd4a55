"""Putting a scrubbed string back: Afgh[ani]stan, org[ani]sation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from canonym.lexicon import capital, zipf
from canonym.model import Edit
from canonym.patterns import pattern
from canonym.profile import Profile, Scrubbed
from canonym.profile.readings import CLITICS, Case, Readings, readings
from canonym.profile.residues import without
from canonym.profile.words import RARE, language, words_of
from canonym.repair.neighbours import Leftover, has_determiner, may_name, sound
from canonym.rewrite import apply, compose

_TOKEN: Final = pattern(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PART: Final = pattern(r"[^'’]+")
#: The odds (log10) at which a document is taken to have lost a string, its own words and the corpus together.
_ENOUGH: Final = 1.5
#: What one word of the document may add to them: a single name may be chance.
_ONE_WORD: Final = 2.5
#: Capitals of at most this many letters are an abbreviation unless other capitals stand around them.
_ABBREVIATION: Final = 5
_JOINTS: Final = "-–/&'’.$€£"
_BEFORE: Final = pattern(r"(?<!\w)[^\W\d_]+[,;]? $")
_AFTER: Final = pattern(r" [^\W\d_]+")
#: What stands before the end of a contraction whose apostrophe was lost or broken: "they re", "didnâ t".
_TORN: Final = pattern(
    r"(?<![a-z])(?:[a-z]*n|i|you|he|she|it|we|they|that|what|who|there)[^a-z\s]* $", re.IGNORECASE | re.ASCII
)
#: Odds (log10) that a part of a compound must have: there, many a stem stands alone ("Tri-State").
_COMPOUND: Final = 2.0
#: How often a word must have a capital to be given one when its head was cut off.
_NAME: Final = 0.9
#: The same where a word beside it has a capital, as in the names of offices and companies.
_SOMETIMES: Final = 0.3
_SENTENCE_END: Final = ".!?:"


class _Word(NamedTuple):
    """A word put back: its place, what stands there, what stood there, and the odds (log10)."""

    start: int
    before: str
    after: str
    margin: float


def restore(text: str, profile: Profile, known: Callable[[str], bool] | None = None) -> tuple[Edit, ...]:
    """The edits that put scrubbed strings of the profile back into a text that lost them.

    A document in which a string occurs was not scrubbed of it. Sorted, without overlaps, word by word.
    """
    plan: tuple[Edit, ...] = ()
    now = text
    # With one string back, the evidence for another may be plainer; each round brings at least one back.
    while edits := _round(now, profile, known):
        plan = compose(plan, edits, text) if plan else edits
        now = apply(text, plan)
    return plan


def _round(text: str, profile: Profile, known: Callable[[str], bool] | None) -> tuple[Edit, ...]:
    lowered = text.lower()
    absent = [s for s in profile.scrubbed if s.string not in lowered]
    if not absent:
        return ()
    words = words_of(lowered)
    # A text too short or too odd to tell its language is taken for one of its corpus, with more care.
    sure = language(words)
    lang = sure or absent[0].lang
    lost = _lost([s for s in absent if s.lang == lang], frozenset(words), lang)
    if not lost:
        return ()
    surplus = {pair for s in absent if s.string in lost and s.lang == lang for pair in s.surplus}
    table = readings(lost, lang, tuple(sorted(surplus)))
    restored = _restored(text, table, lang, known)
    if not sure:
        restored = [w for w in restored if zipf(w.before, lang) == 0]
    return tuple(_edits(restored, table.strings, lang))


def _lost(absent: Sequence[Scrubbed], seen: frozenset[str], lang: str) -> tuple[str, ...]:
    """The strings that a document with these words most likely lost.

    A word that tells of one string tells of no other: where "ent" is gone, "ency" explains "presid" too.
    """
    told = {s.string: _told(s.string, seen, lang) for s in absent}
    order = sorted(absent, key=lambda s: (-_odds(s, told[s.string].values()), s.string))
    taken: set[str] = set()
    lost: list[str] = []
    for scrubbed in order:
        left = {word: pair for word, pair in told[scrubbed.string].items() if word not in taken}
        shadow = len(left) < len(told[scrubbed.string])
        if _odds(scrubbed, left.values()) >= _ENOUGH and (left or not shadow):
            lost.append(scrubbed.string)
            taken |= left.keys()
    return tuple(lost)


def _told(string: str, seen: frozenset[str], lang: str) -> dict[str, tuple[str, float]]:
    """The words of a document that tell of the missing string: (stem of the word behind, gain in log10)."""
    witnesses = readings((string,), lang).witnesses
    return {word: witnesses[word] for word in seen & witnesses.keys()}


def _odds(scrubbed: Scrubbed, told: Iterable[tuple[str, float]]) -> float:
    """The odds (log10) that a document lost the string: by the corpus and its own words, relatives once."""
    best: dict[str, float] = {}
    for stem, worth in told:
        best[stem] = max(best.get(stem, 0.0), min(_ONE_WORD, worth))
    return scrubbed.prior + sum(best.values())


def _restored(text: str, table: Readings, lang: str, known: Callable[[str], bool] | None) -> list[_Word]:
    found: list[Leftover] = []
    names: set[str] = set()
    keys = table.leftovers
    for match in _TOKEN.finditer(text):
        token, start = match[0], match.start()
        if token.isalpha() and (low := token.lower()) not in keys and (known is None or zipf(low, lang) > 0):
            continue  # nearly every word
        case = _case(text, start, token)
        if case == "capital" and _capitalised(text, start, token, table, lang):
            names.add(token)
        if _foreign(text, start, match.end()) or _torn(text, start, token):
            continue
        if token.isupper() and 1 < len(token) <= _ABBREVIATION and not _shouting(text, *match.span()):
            continue
        whole = _reading(token, case, table, lang, known)
        if whole is not None and _hyphened(text, *match.span()) and whole[1] < _COMPOUND:
            continue
        if whole is not None:
            found.append(Leftover(start, token, *whole))
            continue
        for k, part in enumerate(_PART.finditer(token)):
            if part[0] == token or (k and part[0].lower() in CLITICS) or len(part[0]) < 2:
                continue
            read = _reading(part[0], case if k == 0 else "either", table, lang, known)
            if read is not None:
                found.append(Leftover(start + part.start(), part[0], *read))
    left = sound(text, found, names, lang)
    return [_fit(text, one, table.strings, lang) for one in found if one not in left]


def _capitalised(text: str, start: int, token: str, table: Readings, lang: str) -> bool:
    """True for what is no leftover with its capital inside a sentence, and so none at the beginning of another."""
    low = token.lower()
    other = table.by_case["either"].get(low) if low not in table.by_case["capital"] else None
    return bool(other and may_name(Leftover(start, token, *other), lang)) and not has_determiner(text, start)


def _case(text: str, start: int, token: str) -> Case:
    if token[0].islower():
        return "small"
    if len(token) > 1 and token.isupper():
        return "either"
    before = _BEFORE.search(text, max(0, start - 30), start)
    return "capital" if before and before[0][0].islower() else "either"


def _reading(
    token: str, case: Case, table: Readings, lang: str, known: Callable[[str], bool] | None
) -> tuple[str, float] | None:
    residue = token.lower().replace("’", "'")
    if len(residue) != len(token):
        return None
    if len(residue) == 1 and (token != residue or not residue.isalpha()):
        return None
    found = table.by_case[case].get(residue)
    if found is not None:
        headless = found.word.startswith(table.strings)
        # Without its head a word has no capital left.
        return None if headless and token[0].isupper() and not token.isupper() else (found.word, found.margin)
    if known is None or len(residue) < 3 or known(residue) or zipf(residue, lang) > 0:
        return None
    named = {w for w in _insertions(residue, table.strings) if known(w)}
    return (named.pop(), RARE) if len(named) == 1 else None


def _insertions(residue: str, strings: Sequence[str]) -> set[str]:
    """Every word that leaves `residue` when one of the strings is cut out once."""
    words = {residue[:k] + s + residue[k:] for s in strings for k in range(len(residue) + 1)}
    return {w for w in words if without(w, strings) == residue}


def _foreign(text: str, start: int, end: int) -> bool:
    """True for what is no word of running text: parts of addresses, numbers, "p.m."; short pieces."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if before.isdigit() or after.isdigit() or before in "_@#" or after in "_@":
        return True
    if before == "." and start > 1 and text[start - 2].isalnum() and not text[start].isupper():
        return True
    if after == "." and end + 1 < len(text) and text[end + 1].isalnum() and text[end + 1].islower():
        return True
    if after == "." and end - start <= 4 and text[start].isupper() and not text[start:end].isupper():
        return True  # "Sen.", "Mt."
    if end - start > 2:
        return False
    return before in _JOINTS or after in _JOINTS.replace(".", "") or text[max(0, start - 2) : start - 1].isdigit()


def _hyphened(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start] == "-" or text[end : end + 1] == "-"


def _torn(text: str, start: int, token: str) -> bool:
    return token in CLITICS and _TORN.search(text[max(0, start - 12) : start]) is not None


def _shouting(text: str, start: int, end: int) -> bool:
    """True where a word in capitals stands among others, so that it is no abbreviation."""
    around = _TOKEN.findall(text[max(0, start - 25) : start])[-1:] + _TOKEN.findall(text[end : end + 25])[:1]
    return any(len(word) > 1 and word.isupper() for word in around)


def _fit(text: str, one: Leftover, strings: Sequence[str], lang: str) -> _Word:
    """The restored word in the case of what is left of it; what is inserted follows."""
    start, token, word, margin = one
    kept = _kept(word, token.lower().replace("’", "'"), strings)
    capitals = len(token) > 1 and token.isupper()
    out: list[str] = []
    left = iter(token)
    for k, char in enumerate(word):
        out.append(next(left) if k in kept else char.upper() if capitals else char)
    if 0 not in kept and not capitals and _headed(text, start, start + len(token), word, lang):
        out[0] = out[0].upper()
    return _Word(start, token, "".join(out), margin)


def _headed(text: str, start: int, end: int, word: str, lang: str) -> bool:
    """True where a word whose head was cut off most likely began with a capital."""
    share = capital(word, lang)
    if share >= _NAME or _opens_sentence(text, start):
        return True
    after = _AFTER.match(text, end)
    follows = after is not None and after[0][1].isupper()
    if follows and after is not None and capital(after[0][1:], lang) < _NAME and not after[0].isupper():
        return True  # an ordinary word with a capital: "Animal Control"
    before = _BEFORE.search(text, max(0, start - 30), start)
    return share >= _SOMETIMES and (follows or (before is not None and before[0][0].isupper()))


def _kept(word: str, residue: str, strings: Sequence[str]) -> frozenset[int]:
    """The places of `word` that are left once the strings are gone."""
    places = list(range(len(word)))
    left = word
    for string in strings:
        at = left.find(string)
        while at >= 0:
            # As `str.replace` goes: from left to right, never back into what is already passed.
            left = left[:at] + left[at + len(string) :]
            del places[at : at + len(string)]
            at = left.find(string, at)
    return frozenset(places) if left == residue else frozenset(range(len(residue)))


def _opens_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“‘(")
    return not before or before[-1] in _SENTENCE_END or "\n" in text[len(before) : start]


def _edits(words: list[_Word], strings: Sequence[str], lang: str) -> list[Edit]:
    reasons: dict[tuple[str, ...], list[_Word]] = {}
    owner: list[tuple[str, ...]] = []
    for word in words:
        lowered = word.after.lower()
        used = tuple(s for s in strings if s in lowered)
        owner.append(used)
        reasons.setdefault(used, []).append(word)
    said = {used: _said(used, group) for used, group in reasons.items()}
    return [
        Edit(
            w.start,
            w.start + len(w.before),
            w.before,
            w.after,
            "scrubbed",
            score=round(1 - 10 ** -max(0.0, w.margin) / 2, 4),
            reasons=(said[used],),
        )
        for w, used in zip(words, owner, strict=True)
    ]


def _said(used: tuple[str, ...], group: list[_Word]) -> str:
    forms = Counter((w.before, w.after) for w in group)
    (before, after), _ = min(forms.items(), key=lambda item: (-item[1], item[0]))
    what = " and ".join(f'"{s}"' for s in used)
    noun = "the strings" if len(used) > 1 else "the string"
    verb = "are" if len(used) > 1 else "is"
    words = "word" if len(group) == 1 else "words"
    return (
        f"{noun} {what} {verb} missing throughout this document: "
        f"{len(group)} {words} explained, e.g. {before} → {after}"
    )
