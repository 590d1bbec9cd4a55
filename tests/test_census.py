"""What a corpus is counted by: the compiled census against the one in Python, and counts that travel."""

from __future__ import annotations

import json
import pickle
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonym import native, profile
from canonym.lexicon import above, look_up
from canonym.profile import ProfileBuilder, builder
from canonym.profile import census as censuses
from canonym.profile.census import Compiled, Plain, listed
from canonym.profile.residues import LEAST_GAIN, WITNESS, compiled_cuts, stranger, traces
from canonym.profile.spread import Spread, opened, piece_of, united_plain
from canonym.profile.words import common, language, words_of

CASES = json.loads((Path(__file__).parent / "cases" / "census.json").read_text(encoding="utf-8"))
REPAIR = json.loads((Path(__file__).parent / "cases" / "repair.json").read_text(encoding="utf-8"))

needs_compiler = pytest.mark.skipif(not native.COMPILED, reason="canonym was installed without a C compiler")
SOME = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

#: What words are made of and parted by, with what str.lower does not do letter by letter.
PIECES = [
    *"AaBbzÉéßẞİıΣσςǅǆÅK19 \t\u00a0--–—'’“”…,\n_$ёЁЖж٣²½中ا\u0301\u200d\ud800\udfff𐐀𐐨😀",
    *("the ", "of ", "and ", " Kabul", "ΠΌΛΙΣ ", "İZMİR ", "\r\n", "a" * 63, "É" * 64, " " * 61),
]
#: Common words of some languages, and leftovers of others.
WORDS = [
    *(word for lang in ("en", "de", "tr", "ru", "el", "es", "ar") for word in sorted(common(lang))[:12]),
    *("Afghstan", "orgsation", "compes", "XQZ", "Presid", "governm", "curr", "İst", "Afghstan’s", "kongress", "für"),
]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), max_size=6)


def scrubbed() -> list[str]:
    texts = [case["text"] for group in ("good", "negative") for case in REPAIR[group]]
    return [re.sub("ani", "", text, flags=re.IGNORECASE) if k % 3 else text for k, text in enumerate(texts)]


class Everything:
    """Cuts of which every word may be left."""

    def of(self, word: str, base: float, least: float) -> list[str]:
        return [word]


def any_census(words: Sequence[str], cuts: object = None, rare: float = 10.0) -> native.Census:
    """One to which every text of eight words is English, and just these are listed."""
    lexicon = native.Lexicon(msgpack.packb([{}, list(words)]))
    opening: Any = lambda _number: (lexicon, cuts or Everything(), None)  # noqa: E731
    given: dict[str, Any] = {"common": {}, "share": 0.0, "other_share": 0.0, "least": 0.0, "open": opening}
    return native.Census(rare=rare, strangers=(0.0,) * 25, **given)


def check_words(texts: list[str]) -> None:
    """The compiled census sees the words that `words_of` sees."""
    seen = [words_of(text.lower()) for text in texts]
    counted = [words if len(words) >= 8 else [] for words in seen]
    every = sorted({word for words in counted for word in words})
    census = any_census(every)
    for _ in range(2):  # the second time all is known
        told, totals = census.count(texts)
        assert sum(totals.values()) == sum(map(len, seen))
        assert totals.get(0, 0) == sum(map(len, counted))
        left = [Counter(word for word in words if 3 <= len(word) <= 24) for words in counted]
        assert told == [(k, 0, dict(words)) for k, words in enumerate(left) if words]
        spread = Counter(word for words in counted for word in set(words))
        assert dict(opened(census.take().get(0, (b"", b"")))) == spread
        assert census.take() == {}


def check_twin(texts: list[str]) -> None:
    """The compiled census tells what the one in Python tells, but for words that prove to be no leftovers."""
    plain, made = Plain(), Compiled()
    told, totals = made.count(texts)
    leftovers = [
        (k, lang, {w: n for w, n in words.items() if w in traces(lang).explain([*words])}) for k, lang, words in told
    ]
    wanted, totals_wanted = plain.count(texts)
    assert [one for one in leftovers if one[2]] == wanted
    assert +Counter(totals) == +Counter(totals_wanted)
    spread = {lang: dict(opened(piece)) for lang, piece in made.take().items()}
    wanted_spread = {lang: dict(listed(dict(opened(piece)), lang)) for lang, piece in plain.take().items()}
    assert spread == wanted_spread


@pytest.fixture
def pure() -> Iterator[None]:
    """Python alone."""
    before, native.COMPILED = native.COMPILED, False
    yield
    native.COMPILED = before


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_words_and_languages(case: dict[str, Any]) -> None:
    assert words_of(case["text"].lower()) == case["words"]
    assert language(case["words"]) == case["lang"]
    made = Compiled() if native.COMPILED else Plain()
    assert +Counter(made.count([case["text"]])[1]) == +Counter({case["lang"]: len(case["words"])})
    if native.COMPILED:
        check_twin([case["text"]])
        check_words([case["text"]])


@needs_compiler
def test_every_letter() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1)]
    check_words([f"{''.join(letters[k : k + 64])} {' '.join(letters[k : k + 64])}" for k in range(0, len(letters), 64)])
    check_words([" ".join(letters)])


@needs_compiler
def test_words_wherever_they_stand() -> None:
    words = "the FRANÇS kémon orgsation ÉÉ a of to"
    check_words([" " * before + words + behind for before in range(130) for behind in ("", ".", " x" * 40, "é" * 70)])


@needs_compiler
def test_long_texts() -> None:
    for count in (7, 8, 199, 200, 201, 1999, 2000, 2001, 4000, 4001, 9000):
        texts = [" ".join(f"{WORDS[k % len(WORDS)]}{'xyz'[k % 3] * (k % 9)}" for k in range(count))]
        check_words(texts)
        check_twin(texts)
    foreign = " ".join(sorted(common("de"))[:20] * 30)
    check_twin(
        [f"{foreign} {' '.join(sorted(common('en')) * 20)}", "the of and " * 60 + foreign, "x " * 1700 + foreign]
    )


@needs_compiler
@SOME
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), max_size=4))
def test_any_words(texts: list[str]) -> None:
    check_words(texts)


@needs_compiler
@SOME
@given(st.lists(st.text(max_size=120), max_size=4))
def test_any_texts(texts: list[str]) -> None:
    check_words(texts)
    check_twin(texts)


@needs_compiler
@SOME
@given(TEXTS)
def test_any_languages(texts: list[str]) -> None:
    check_twin(texts)


@needs_compiler
def test_a_corpus() -> None:
    check_twin(scrubbed())


@needs_compiler
def test_what_is_not_listed_is_forgotten_where_there_is_too_much() -> None:
    census = any_census(["kabul", "town"], rare=0.0)
    digits = [chr(ord("a") + k) for k in range(26)]
    many = [f"{a}{b}{c}{d}q" for a in digits for b in digits for c in digits for d in digits]
    for part in (many, many[::-1], [f"{word}x" for word in many]):
        for k in range(0, len(part), 50_000):
            told, _ = census.count([f"Kabul {' '.join(part[k : k + 50_000])} town"])
            assert told == []
    assert dict(opened(census.take()[0])) == {"kabul": 30, "town": 30}


@needs_compiler
def test_a_census_takes_care() -> None:
    census = any_census([])
    with pytest.raises(TypeError, match="list"):
        census.count(("the",))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a text is a str"):
        census.count(["the", b"the"])  # type: ignore[list-item]
    openings: list[tuple[Any, type[Exception]]] = [
        (lambda _: 1 / 0, ZeroDivisionError),
        (lambda _: (1, 2, 3), TypeError),
    ]
    for opening, error in openings:
        given: dict[str, Any] = {"common": {}, "share": 0.0, "other_share": 0.0, "rare": 1.0, "least": 1.0}
        broken = native.Census(strangers=(0.0,) * 25, open=opening, **given)
        for _ in range(2):
            with pytest.raises(error):
                broken.count(["a b c d e f g h"])
    with pytest.raises(ValueError, match="each length"):
        native.Census(strangers=(0.0,), open=opening, **given)
    with pytest.raises(TypeError):
        native.Census(strangers=(0.0,) * 25, open=opening, **{**given, "common": {"the": "en"}})
    again: list[native.Census] = []

    def reenter(_: int) -> Any:
        return again[0].count(["a"])

    again.append(native.Census(strangers=(0.0,) * 25, open=reenter, **given))
    with pytest.raises(RuntimeError, match="counts already"):
        again[0].count(["a b c d e f g h"])
    assert census.count([]) == ([], {})

    class Broken:
        def of(self, *_: object) -> list[str]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        any_census([], Broken()).count(["a b c d e f gh ijk"])


@needs_compiler
def test_the_filter_passes_every_english_leftover() -> None:
    may = censuses._opened(0)[2]
    assert may is not None
    cuts, zipf = compiled_cuts("en"), look_up("en")
    words = sorted(word for word in above(WITNESS, "en") if 5 <= len(word) <= 24 and word.isalpha())
    left = {
        word[:at] + word[at + cut :] for word in words[::97] for cut in range(2, 7) for at in range(len(word) - cut + 1)
    }
    told = [w for w in left if len(w) >= 3 and cuts.of(w, max(stranger(w), zipf(w)), LEAST_GAIN)]
    assert len(told) > 1000
    assert all(map(may, told))
    assert not may("xqzqx")
    assert not may(3)  # type: ignore[arg-type]


COUNTS = st.dictionaries(st.text("abcéжa中", min_size=1, max_size=8), st.integers(1, 2**40), max_size=30)


@SOME
@given(st.lists(COUNTS, max_size=5))
def test_pieces_are_added_up(counts: list[dict[str, int]]) -> None:
    pieces = [piece_of(one) for one in counts]
    assert [dict(opened(piece)) for piece in pieces] == counts
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    assert dict(opened(united_plain(pieces))) == total
    if native.COMPILED:
        assert dict(opened(native.united(pieces))) == total
    spread = Spread()
    for piece in pieces:
        spread.add(piece)
    again = pickle.loads(pickle.dumps(spread))
    again.merge(spread)
    assert spread.counts() == total
    assert again.counts() == {word: 2 * number for word, number in total.items()}


@needs_compiler
def test_pieces_that_are_damaged() -> None:
    words, numbers = piece_of({"kabul": 1, "herat": 2})
    for piece in (
        (words[:-1], numbers),
        (words, numbers[:-1]),
        (words, numbers + numbers),
        (b"", numbers),
        (words, b""),
    ):
        with pytest.raises(ValueError, match="a number for each"):
            native.united([(words, numbers), piece])
    for odd in ([1], [("a", "b")], [(words,)], (words, numbers)):
        with pytest.raises(TypeError):
            native.united(odd)  # type: ignore[arg-type]


def test_many_pieces_are_made_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canonym.profile.spread._WAITING", 100)
    spread = Spread()
    for k in range(50):
        spread.add(piece_of({"kabul": 1, f"w{k % 5}": 2}))
    assert len(spread._pieces) < 12
    assert spread.counts() == {"kabul": 50, **{f"w{k}": 20 for k in range(5)}}


def built(texts: Sequence[str]) -> ProfileBuilder:
    made = ProfileBuilder()
    for text in texts:
        made.add(text)
    return made


def test_builders_travel_and_are_merged(pure: None, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = scrubbed()
    wanted = profile.of(texts)
    assert [found.string for found in wanted.scrubbed] == ["ani"]
    packed = [pickle.dumps(built(texts[k::3])) for k in (0, 1)]  # made without a compiler
    native.COMPILED = hasattr(native, "Census")
    packed.append(pickle.dumps(built(texts[2::3])))
    whole = ProfileBuilder()
    for one in packed:
        whole.merge(pickle.loads(one))
    assert whole.finish() == wanted == profile.of(texts) == profile.of(reversed(texts))
    assert pickle.loads(pickle.dumps(whole)).finish() == wanted
    # Taken again and again, as after very many texts.
    monkeypatch.setattr(builder, "_MOST_COUNTED", 3)
    monkeypatch.setattr(builder, "_BLOCK", 1000)
    assert profile.of(texts) == wanted


@needs_compiler
def test_one_text_is_counted_in_python_and_those_after_it_are_not() -> None:
    texts = scrubbed()
    made = built(texts[:1])
    assert made.finish() == profile.of(texts[:1])
    made.add(texts[1])
    made.flush()
    assert isinstance(made._census, Plain)
    for text in texts[2:]:
        made.add(text)
    made.flush()
    assert isinstance(made._census, Compiled)
    assert made.finish() == profile.of(texts)


@needs_compiler
def test_builders_do_not_share_a_census() -> None:
    texts = scrubbed()
    first, second = ProfileBuilder(), ProfileBuilder()
    for k, text in enumerate(texts):
        (first if k % 2 else second).add(text)
        (first if k % 2 else second).flush()
    assert first.finish() == profile.of(texts[1::2])
    assert second.finish() == profile.of(texts[0::2])
    first.merge(second)
    assert first.finish() == profile.of(texts)
    assert len(censuses._left) <= 1
