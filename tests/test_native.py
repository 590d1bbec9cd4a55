"""The compiled loops against what defines them in Python."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import canonym
from canonym import native, npz
from canonym.candidates import Candidates
from canonym.corpus import editlog
from canonym.corpus.block import Coder, Entry, raw_offsets
from canonym.corpus.editlog import pieces
from canonym.corpus.formats import Options
from canonym.corpus.inplace import written
from canonym.corpus.jsonl import LinesBlock, blocks
from canonym.corpus.line import ESCAPE, members, members_plain
from canonym.datafiles import data_file
from canonym.decide import NAMES, Case, spelt_rows
from canonym.deletions import MOST, Neighbourhood, compiled
from canonym.features import edit_cost, edit_cost_plain, named, speller
from canonym.index import Index
from canonym.kept import sums_plain
from canonym.keys import key_hash
from canonym.letters import surprise, surprise_plain
from canonym.lexicon import above, bins, frequencies
from canonym.lexicon import compiled as lexicon
from canonym.listed import Listing
from canonym.looked import Looked
from canonym.model import Candidate, Document, Edit, Entity, Result
from canonym.namesakes import is_namesake, namesakes
from canonym.nearest import compiled_sieve
from canonym.npz import widened, widened_plain
from canonym.plans import Grade, Plan
from canonym.profile import of, worth_searching
from canonym.profile.glance import _glance
from canonym.profile.residues import LONGEST, SHORTEST, Cuts, traces
from canonym.protected import Sign, signs, signs_plain
from canonym.repair.mojibake import doubtful, is_doubtful, mend
from canonym.resolve import open_table
from canonym.rewrite import apply
from canonym.scan import compiled_scanner, find_long_runs, find_lower, find_small, lower_words, lower_words_plain
from canonym.spans import Planner
from canonym.text import beyond_ascii, beyond_ascii_plain, fold, has_caseless, unaccented, without_caseless
from canonym.trees import shipped

pytestmark = pytest.mark.skipif(not native.COMPILED, reason="canonym was installed without a C compiler")

EXAMPLES = Path(__file__).parents[1] / "examples"
#: What runs are made of, and what ends them.
PIECES = [
    *"AaBbzÉéßİǅ19 \t\u00a0\u202f--‐–—'’.,\n\r_$ёЁЖж٣²中ا\u0301\u200d𐐀𐐨",
    *("the ", "of ", "al-", "de ", "d'", "e", "St", "\r\n", " and ", " van der ", "U.S.", "New ondon ", " xqzt", "1TV"),
]
SPELLINGS = st.text("abcdefghiklmnorstuwyzq 05é", max_size=16)


@cache
def index() -> Index:
    return open_table("default")


@cache
def fresh() -> native.Scanner:
    """A scanner that knows of no run and no word."""
    return compiled_scanner()


@cache
def sieve(scanner: native.Scanner) -> native.Sieve:
    """What judges the runs that a scanner knows nothing of."""
    candidates = Candidates([index()])
    return compiled_sieve(candidates, scanner, Listing(candidates).named)


@pytest.fixture
def pure() -> Iterator[None]:
    """Python alone."""
    native.COMPILED = False
    yield
    native.COMPILED = True


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_runs_and_small_words(text: str) -> None:
    text = without_caseless(text) if has_caseless(text) else text
    scanner = fresh()
    assert scanner.runs(text) == list(find_long_runs(text))
    assert scanner.smalls(text, 1) == lower_words(text) == lower_words_plain(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_verdicts_are_kept_by_run_and_word(text: str) -> None:
    text = without_caseless(text) if has_caseless(text) else text
    scanner = fresh()
    scanner.forget()
    runs = {text[start:end] for start, end in find_long_runs(text)}
    found, smalls = sieve(scanner).look([text])
    maybe = {run: one for run, one in found.items() if not isinstance(one, Plan)}
    assert set(found) <= runs
    assert set(maybe) == {r for r in runs if not scanner.verdict(r)}
    assert not smalls
    if maybe:
        with pytest.raises(ValueError, match="no verdict yet"):
            scanner.settle()
    assert sieve(scanner).look(["", text]) == (maybe, smalls)
    scanner.learn_runs(sorted(maybe), 4)
    small = canonym.load()._recogniser._graded(sorted(lower_words(text)))
    assert [scanner.smalls(text, least) for least in (1, 2, 3)] == [
        {w for verdict, words in small.items() for w in words if verdict >= least} for least in (1, 2, 3)
    ]
    told = max(map(scanner.verdict, runs), default=0) + 8 * max((v for v, words in small.items() if words), default=0)
    assert list(scanner.settle()) == [0, told]
    assert sieve(scanner).look([text]) == ({}, [])
    assert list(scanner.settle()) == [told]
    assert scanner.told(b"", 5, Looked) == {0: Looked(told, [])}
    every = list(find_long_runs(text))
    places = [(a, b, v) for a, b in every if (v := scanner.verdict(text[a:b])) >= 2]
    assert scanner.told(b"", 2, Looked) == {0: Looked(told, places)}
    assert scanner.told(bytes([told]), 2, Looked) == {}


def test_lines_are_found_among_those_in_order() -> None:
    every = sorted(namesakes())
    assert not any(
        is_namesake(word + more) != (word + more in namesakes()) for word in every for more in ("", "a", "z")
    )
    assert not any(is_namesake(word[:-1]) != (word[:-1] in namesakes()) for word in every)
    assert not any(map(is_namesake, ("", "\n", "zzzz", "a" * 99, "ä", every[0] + "\n" + every[1])))
    assert [native.has_line(b"b\nba", word) for word in ("b", "ba", "a", "c", "")] == [True, True, False, False, False]


@pytest.mark.parametrize("lang", ["en", "zh", "xx"])
def test_words_and_their_frequencies(lang: str) -> None:
    plain = {word: round(9 - k / 100, 2) for k, words in enumerate(bins(lang)) for word in words}
    made = lexicon(lang)
    assert list(frequencies(lang).items()) == list(plain.items())
    assert all(made.zipf(word) == zipf for word, zipf in plain.items())
    assert above(2.5, lang) == {word: zipf for word, zipf in plain.items() if zipf >= 2.5}
    assert [made.zipf(word) for word in ("xqzt", "", "\ud800")] == [0.0, 0.0, 0.0]


def test_a_word_in_two_bins_has_the_last() -> None:
    data = b"\x94\x81\xa6format\xa2cB\x92\xa1a\xa1b\x90\x91\xa1a"
    made = native.Lexicon(data)
    assert made.above(0.0, data) == {"b": 9.0, "a": 8.98}
    assert made.above(9.0, data) == {"b": 9.0}


@pytest.mark.parametrize(
    "data", [b"\x91", b"\x90", b"\x92\x80\xa1a", b"\x92\x80\x91\xa2a", b"\x92\x80\xdc\x00", b"\xc0"]
)
def test_what_is_no_list_of_words(data: bytes) -> None:
    with pytest.raises(ValueError, match="no list of words"):
        native.Lexicon(data)


def test_what_was_stored_tells_the_same() -> None:
    made = lexicon("en")
    again = native.Lexicon.stored(made.store())
    assert [again.zipf(w) for w in ("the", "kabul", "xqzt")] == [made.zipf(w) for w in ("the", "kabul", "xqzt")]
    glance = native.Glance.stored(_glance().store())
    paths = sorted((EXAMPLES / "articles").glob("*.txt"))
    texts = [path.read_text(encoding="utf-8").replace("ent", "") for path in paths]
    assert glance.told(texts, 1) == _glance().told(texts, 1) != []


@pytest.mark.parametrize("kind", [native.Lexicon, native.Glance])
def test_what_is_cut_short_is_not_taken(kind: type[native.Lexicon] | type[native.Glance]) -> None:
    whole = (lexicon("en") if kind is native.Lexicon else _glance()).store()
    for data in (b"", whole[:100], whole[:-1], whole[::-1], whole + b"."):
        with pytest.raises(ValueError, match="stored"):
            kind.stored(data)


SIGNS = [
    *PIECES, *"@<>:/#\\.wxX7ſ~c\n\r\t -_;(){}=`%$rDIärф中", "://", "www.", ".t7", ".7z", "\U0003ffff", "😀",
    "\nimport ", "\nfrom x.", " import ", " as ", "\nclass x", "\n def ", "import x", "class ",
    "10.1000", "x-123", "--x", "-DX", "</x", "<X.T>", "/x:l", ".JPG", "<x a=", "x/>", "```", "`x`", "a" * 78, "->_",
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(SIGNS)).map("".join))
def test_signs_of_what_is_never_rewritten(text: str) -> None:
    assert signs(text) == signs_plain(text)
    assert bool(signs(text) & Sign.LETTER) or not has_caseless(text)
    assert beyond_ascii(text) == beyond_ascii_plain(text)


def test_signs_of_each_character_among_sixteen() -> None:
    for code in [*range(0x3000), *range(0x3000, 0xD800, 97), *range(0xE000, 0x10000, 97)]:
        for behind in ("", "…"):
            text = f"{'a ' * (code % 8)}{chr(code)}zz/x {behind}{'b' * 16}"
            assert signs(text) == signs_plain(text)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text('a"\\é{', max_size=3),
        st.recursive(st.text('a"\\,:{}[]é😀\n'), lambda v: st.lists(v) | st.dictionaries(st.text("ab,}"), v)),
    ),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_members_of_a_line(value: dict[str, object], indent: int | None, escaped: bool) -> None:
    line = "  " + json.dumps(value, ensure_ascii=escaped, indent=indent)
    assert list(members(line, 2)) == list(members_plain(line, 2))
    assert [(key, json.loads(line[a:b])) for key, a, b in members(line, 2)] == list(value.items())


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*'a\\u\n"D8é', "\\u00e9", "\\ud83d\\ude00", "\\uD83D", "\\n"])).map("".join), st.data()
)
def test_offsets_into_escaped_text(raw: str, data: st.DataObject) -> None:
    wanted = sorted(data.draw(st.lists(st.integers(0, len(raw) + 2), max_size=5)))
    assert native.escaped(raw, wanted) == raw_offsets(raw, ESCAPE, wanted)


KEYS = st.sampled_from(['"text"', '"te\\u0078t"', '"id"', '"text.text"', '"é\\\\"'])
VALUES = st.recursive(
    st.text('a"\\,:{}[]é😀\n').flatmap(
        lambda text: st.sampled_from([json.dumps(text), json.dumps(text, ensure_ascii=False)])
    )
    | st.sampled_from(["null", "-1.5e3", "NaN", '"\\u00E9\\/\\uD83D\\uDE00"']),
    lambda values: (
        st.lists(values).map(lambda every: f"[{' , '.join(every)}]")
        | st.lists(st.tuples(KEYS, values)).map(lambda every: f"{{{','.join(f'{k} :{v}' for k, v in every)}}}")
    ),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=4), max_size=4), st.data())
def test_lines_are_written_straight_as_by_way_of_their_text(
    lines: list[list[tuple[str, str]]], data: st.DataObject
) -> None:
    raw = "\n".join(f" {{{', '.join(f'{key}: {value}' for key, value in line)} }}" for line in lines).encode()
    for block in blocks("x", iter([raw]), Options()):
        results = []
        for text in block.texts:
            cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
            edits = [
                Edit(a, b, text[a:b], data.draw(st.text('bé"😀\\', max_size=2)), "alias")
                for a, b in zip(cuts[::2], cuts[1::2], strict=False)
            ]
            results.append(Result(apply(text, edits), tuple(edits)))
        native.COMPILED = False
        plain = block.outcome(results, 7)
        native.COMPILED = True
        assert block.outcome(results, 7) == plain


ODD = [
    b"{",
    b"}",
    b'"',
    b"\\",
    b",",
    b":",
    b" ",
    b"\t\r",
    b"\n",
    b"-0",
    b"01",
    b"1.5",
    b"1e9",
    b"-12",
    b"12345678901234567890",
]
ODD += [
    b"true",
    b"nul",
    b"[1]",
    b'"\\x"',
    b'"\\u00e9\\n"',
    b'"\\ud83d\\ude00"',
    b'"\\ud83d"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
]
ODD += [
    b'"\x01"',
    b'"a long text that fills\\n two vectors\xc3\xa9 or more"',
    b"\xef\xbb\xbf",
    b"\0",
    b'{"text":"x"}',
    b'""',
]
MEMBERS = st.tuples(st.sampled_from([b'"text"', b'"id"', b'"te\\u0078t"', b'"a"']), st.sampled_from([b":", b" : "]))
LINES = st.lists(st.tuples(MEMBERS, st.sampled_from(ODD)).map(lambda m: b"".join((*m[0], m[1]))), max_size=4).map(
    lambda every: b"{" + b",".join(every) + b"}"
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(LINES, st.lists(st.sampled_from(ODD), max_size=5).map(b"".join))),
    st.sampled_from([("text", "id"), ("text", "text"), ("id", "a"), ("text.text", "text.a"), ("", "é")]),
)
def test_lines_are_read_alike(lines: list[bytes], keys: tuple[str, str]) -> None:
    read = []
    for native.COMPILED in (False, True):
        block = LinesBlock("x", b"\n".join(lines), Coder(), Options((keys[0],), keys[1]), 7)
        read.append(repr((block.documents, block.failures, block._lines)))
    assert read[0] == read[1]


@settings(deadline=None)
@given(st.text(st.characters(codec=None)), st.floats(0, 1) | st.floats(), st.lists(st.text('a"\\/\n\x7fé\u2028😀')))
def test_an_edit_is_logged_alike(text: str, score: float, reasons: list[str]) -> None:
    edit = Edit(0, len(text), text, "x", "alias", score=score, reasons=tuple(reasons))
    entry = Entry(Document("f:1", text, "1"), (edit,), (), whole=True)
    told = b"".join(piece for piece in pieces("f", entry) if isinstance(piece, bytes))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(editlog, "_dumped", editlog._dumped_plain)
        assert told == b"".join(piece for piece in pieces("f", entry) if isinstance(piece, bytes))


@settings(deadline=None)
@given(
    st.dictionaries(st.text("abé", min_size=5, max_size=11), st.floats(3, 8), max_size=30),
    st.lists(st.text("abé", min_size=3, max_size=9)),
    st.floats(0, 6),
)
def test_cuts(found: dict[str, float], residues: list[str], base: float) -> None:
    words = dict(sorted(found.items()))
    plain, made = Cuts(words), native.Cuts(words=words, shortest=SHORTEST, longest=LONGEST)
    every = {residue: sorted(ways) for residue, ways in plain.of_all(residues)}
    assert {residue: sorted(ways) for residue in residues if (ways := made.of(residue, 0.0, 0.0))} == every
    likely = {k: [way for way in ways if plain.word(way[0])[1] - base >= 1.5] for k, ways in every.items()}
    again = native.Cuts.stored(made.store())
    assert {k: sorted(again.of(k, base, 1.5)) for k in every} == likely
    assert [again.word(k) for k in range(len(words))] == list(words.items())
    for damaged in (made.store()[:-4], b"x" * len(made.store()), b""):
        with pytest.raises(ValueError, match="no words"):
            native.Cuts.stored(damaged)


#: What names in small letters are made of, and what joins words of them, or does not.
SMALL_PIECES = ["mazar", "sharif", "kandahar", "herat", "spin", "boldak", "xqzt", "e", "i", "kabulé", "Kabul", "9"]
BETWEEN = [" ", "  ", "   ", "-", "'", "’", ", ", "\n", " \r\n ", "\r", ".", "_", "\u00a0", ""]


@settings(deadline=None)
@given(st.lists(st.sampled_from(SMALL_PIECES + BETWEEN), max_size=24).map("".join))
def test_where_names_in_small_letters_may_begin(text: str) -> None:
    scanner = fresh()
    judge, wanted = sieve(scanner), []
    places = sorted((at, at + len(word)) for word in lower_words(text) for at in find_small(text, word))
    for (start, end), (_, found) in zip(places, find_lower(text, places), strict=True):
        forms = [fold(text[start : start + one.end]) for one in found]
        if any(judge.may_name(form, k > 0) for k, form in enumerate(forms) if k > 0 or len(form) >= 5):
            wanted.append((start, end))
    told = judge.small_names(text, 1)
    assert told == wanted if text.isascii() else set(told) >= set(wanted)


def test_cuts_are_of_sorted_words() -> None:
    with pytest.raises(ValueError, match="sorted"):
        native.Cuts(words={"kabul": 4.0, "herat": 4.0}, shortest=SHORTEST, longest=LONGEST)


def sharing(*memories: bytearray) -> list[native.Scanner]:
    """Scanners that share some memory."""
    out = [compiled_scanner() for _ in memories]
    for scanner, memory in zip(out, memories, strict=True):
        scanner.share(memory)
    return out


def test_what_one_scanner_learns_others_know() -> None:
    memory = bytearray(8 << 10)
    one, other = sharing(memory, memory)
    one.learn_runs(["Kabul"], 4)
    one.learn_smalls(["kabul"], 2)
    one.learn_runs(["Herat"], 7)
    assert sieve(other).look(["Kabul, kabul zzzz"]) == ({}, [])
    assert list(other.settle()) == [4 + 8 * 2]
    assert (other.verdict("Kabul"), other.size()) == (4, (1, 2))
    # What was found out elsewhere is kept as its own; and forgotten it is found again.
    third, fourth = sharing(bytearray(8 << 10), memory)
    third.load(other.dump())
    assert (third.size(), sieve(third).look(["Kabul, kabul zzzz"])) == ((1, 2), ({}, []))
    fourth.forget()
    assert sieve(fourth).look(["Kabul, kabul zzzz, Herat"]) == ({}, [])
    assert fourth.verdict("Herat") == 7


@pytest.mark.parametrize("words", [1, 2, 16, 256, 4096])
def test_a_full_board_tells_nothing_false(words: int) -> None:
    memory = bytearray(8 * words)
    one, other = sharing(memory, memory)
    names = [f"Name{chr(97 + k % 26)}{'x' * (k // 26)}" for k in range(600)]
    # Verdicts that a sieve does not give of itself, so that those of the board are seen to be its own.
    for verdict in (5, 6):
        one.learn_runs(names[verdict::2], verdict)
        one.learn_smalls([name.lower() for name in names[verdict::2]], verdict % 2 + 2)
    known = 0
    for k, name in enumerate(names[5:], 5):
        verdict = (k - 5) % 2 + 5
        assert sieve(other).look([f"{name}, {name.lower()}"])[1] == []
        found = other.verdict(name)
        assert found in (*range(5), verdict)
        other.learn_runs([name], verdict)
        (code,) = other.settle()
        assert code in (verdict + 8, verdict + 8 * (verdict % 2 + 2))
        known += (found == verdict) + (code >= 16)
    assert 0 < known <= words if words < 4096 else known > 1100


def test_a_board_of_another_shape_is_refused() -> None:
    scanner = compiled_scanner()
    for size in (0, 4, 12, 24, 8 * 1000):
        with pytest.raises(ValueError, match="power of two"):
            scanner.share(bytearray(size))
    with pytest.raises((BufferError, TypeError)):
        scanner.share(b"12345678")  # type: ignore[arg-type]
    scanner.learn_runs(["Kabul"], 2)
    assert scanner.verdict("Kabul") == 2


def test_what_is_on_a_board_changes_no_outcome() -> None:
    texts = (EXAMPLES / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    expected = canonym.load().process(texts, mentions=False)
    told = canonym.load().process(texts)
    garbage = bytearray(Random(7).randbytes(8 << 12))
    memory = bytearray(8 << 16)
    for board in (garbage, memory, memory, bytearray(b"\xff" * 64)):
        names = canonym.load()
        names._recogniser.share(board)
        assert names.process(texts, mentions=False) == expected
        assert names.process(texts) == told
    assert any(result.edits for result in expected)


@settings(deadline=None)
@given(SPELLINGS, SPELLINGS)
def test_edit_cost(form: str, alias: str) -> None:
    assert edit_cost(form, alias) == edit_cost_plain(form, alias)


@settings(deadline=None)
@given(st.text("abcdefghiklmnorstuwyzq 05é", max_size=24))
def test_surprise(form: str) -> None:
    assert surprise(form) == surprise_plain(form)


NAMED = st.builds(
    Candidate,
    st.builds(
        Entity,
        st.just("x:1"),
        st.just("place"),
        SPELLINGS.filter(fold),
        st.integers(0, 10**8).map(lambda n: n**2 // 10**7),
    ),
    SPELLINGS.filter(fold),
    st.sampled_from(["canonical", "spelling", "former"]),
    st.sampled_from(["fuzzy", "rule"]),
    st.just(0.0),
)


@given(SPELLINGS.map(fold).filter(bool), st.lists(NAMED, min_size=1, max_size=4))
@settings(max_examples=400, deadline=None)
def test_features_of_spelling(form: str, candidates: list[Candidate]) -> None:
    case = Case(form, tuple(candidates), ())
    told = speller().rows(form, tuple(map(named, candidates)))
    plain = array("f", [value for row in spelt_rows(case) for value in row]).tobytes()
    spelt = [form, *(x for c in candidates for x in named(c)[:2])]
    assert told is None if not all(text.isascii() for text in spelt) else told == plain


def test_the_least_sum_of_a_probability() -> None:
    forest = shipped("decide")
    for wanted in (0.5, 0.62, 0.8):
        at = forest.least(wanted)
        assert forest._likely(at - 1) < wanted <= forest._likely(at)


def test_edit_cost_of_long_names() -> None:
    form, alias = "la " * 40 + "kabul", "la " * 41 + "kabool"
    assert edit_cost(form, alias) == edit_cost_plain(form, alias)


@settings(deadline=None)
@given(st.text("abcdeiklmnorstu", min_size=1, max_size=12))
def test_neighbours(word: str) -> None:
    found = compiled(index()).near(word, MOST)
    assert list(found) == Neighbourhood(index()).near([word])[0]


@settings(deadline=None)
@given(st.text(max_size=20))
def test_key_hash(key: str) -> None:
    there = key_hash(key)
    native.COMPILED = False
    try:
        assert key_hash(key) == there
    finally:
        native.COMPILED = True


def test_forest(pure: None) -> None:
    import numpy as np

    trees = shipped("decide")
    rows = np.random.default_rng(7).normal(0, 3, (200, len(NAMES))).astype(np.float32)
    plain = trees.sums(rows)
    native.COMPILED = True
    assert (trees.sums(rows) == plain).all()


def test_many_rows_down_a_forest(pure: None) -> None:
    """They are compared with each threshold once; some stand on thresholds, and are beside all of them."""
    import numpy as np

    rng = np.random.default_rng(7)
    for trees in (shipped("decide"), shipped("pairs")):
        limits = np.asarray(trees.threshold).ravel()
        rows = rng.choice(limits, (2000, len(trees.names))).astype(np.float32)
        rows[rng.random(rows.shape) < 0.1] = rng.choice([-np.inf, np.nan, 0.0, -0.0, 1e30, -1e30])
        native.COMPILED = False
        plain = trees.sums(rows)
        native.COMPILED = True
        assert (trees.sums(rows) == plain).all()
        assert (trees.sums(rows[:10]) == plain[:10]).all()


def _accented(name: str, k: int) -> str:
    """A name with accents on some of its letters, or other letters of the kind."""
    accents = dict(zip("aceilnosuyACEILNOSUY", "áçéıłñøşūÿÁÇÉİŁÑØŞŪŸ", strict=True))
    return "".join(accents.get(c, c) if (j + k) % 3 == 0 else c for j, c in enumerate(name))


@given(st.characters())
def test_letters_with_accents_are_plain_ones(char: str) -> None:
    runs = {f"{char}abul", f"Kab{char}l", f"K{char}", f"Kabul{char}"}
    plain = Planner(Candidates([index()]))
    nothing, listed, worth = _planner().sieve.sift(sorted(runs))
    native.COMPILED = False
    try:
        for run in runs:
            plan = plain.plan(run)
            if run in nothing:
                assert not plan.listed and not plan.proposed
            found = {**listed, **worth}.get(run)
            assert not isinstance(found, Plan) or found == plan
    finally:
        native.COMPILED = True


@cache
def _planner() -> Planner:
    return Planner(Candidates([index()]))


def test_numbers_of_sixteen_bits() -> None:
    import numpy as np

    halves = struct.pack("<65536H", *range(65536))
    assert repr(struct.unpack("65536d", widened(halves, False))) == repr(struct.unpack("<65536e", halves))
    finite = struct.pack("<63488H", *range(31744), *range(32768, 64512))
    assert widened(finite, True) == widened_plain(finite, True)
    assert widened(finite, False) == widened_plain(finite, False)
    for name in ("letters", "decide"):
        with np.load(data_file(f"{name}.npz")) as stored:
            told = npz.arrays(data_file(f"{name}.npz").read_bytes())
            assert {n: stored[n].tobytes() for n in stored.files} == {n: one.data for n, one in told.items()}
            assert {n: stored[n].shape for n in stored.files} == {n: one.shape for n, one in told.items()}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from([*'ab "\\\n\té’中𐐀', "abcdefghijk "]), max_size=40).map("".join),
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 5), st.sampled_from(["x", "", "Kabul", "é", '"', "\n"])),
        max_size=4,
    ),
    st.booleans(),
)
def test_a_line_respelt(text: str, cuts: list[tuple[int, int, str]], escaped: bool) -> None:
    edits, done = [], 0
    for gap, size, after in cuts:
        start = min(len(text), done + gap)
        done = min(len(text), start + size)
        edits.append(Edit(start, done, text[start:done], after, "alias"))
    line = json.dumps({"id": "1", "text": text, "more": "text"}, ensure_ascii=escaped).encode()
    raw = b"before\n" + line + b"\nafter"
    told = written(raw, (7, 7 + len(line)), "text", text, edits, 0)
    results, end = [None, Result("", tuple(edits)), Result("")], 7 + len(line)
    lines, plans, left = native.respelt(raw, b"text", [7] * 3, [end] * 3, [text] * 3, results)
    assert told is not None
    assert (lines, plans, left) in (
        ([(7, end, told[0])], [tuple(edits)], []),
        ([], [], [1] if edits else []),
    )
    assert lines or not edits or any(e.after in ('"', "\n", "é") for e in edits)
    odd = Result("", (Edit(3, 4, "", "", ""),))
    assert native.respelt(raw, b"id", [7], [end], [""], [odd]) == ([], [], [0])
    for wrong in ((-1, 5), (5, 4), (0, len(raw) + 1)):
        with pytest.raises(ValueError, match="outside"):
            native.respelt(raw, b"text", [wrong[0]], [wrong[1]], [""], [odd])
    with pytest.raises(ValueError, match="one line"):
        native.respelt(raw, b"text", [], [], [""], [odd])


@given(st.binary(max_size=100), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_check_sums(data: bytes, one: int, two: int) -> None:
    assert native.sums(data, one, two) == sums_plain(data, (one, two))


@pytest.mark.parametrize("raw", [b"", b"\n", b"a\nb", b"\n" * 1000, b"ab\n" * 333 + b"c"])
def test_line_feeds(raw: bytes) -> None:
    assert native.line_feeds(raw) == raw.count(b"\n")


def test_what_is_no_file_of_arrays() -> None:
    sound = data_file("letters.npz").read_bytes()
    for data in (b"", b"x" * 100, sound[:-1], sound[:5000] + sound[6000:], sound[:-90] + b"?" * 4 + sound[-86:]):
        with pytest.raises(ValueError, match="array"):
            npz.arrays(data)


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_how_likely_sums_are(sums: list[int]) -> None:
    forest, given = shipped("decide"), array("q", sums).tobytes()
    told = forest.likely_bytes(given)
    native.COMPILED = False
    try:
        assert told == forest.likely_bytes(given)
    finally:
        native.COMPILED = True


def test_a_forest_is_read_without_numpy() -> None:
    import numpy as np

    trees = shipped("decide")
    with np.load(data_file("decide.npz")) as stored:
        assert trees.names == tuple(stored["names"])
        assert (np.asarray(trees.leaf) == np.rint(stored["leaf"].astype(float) * 2.0**32)).all()
    for limit in (0.1, 0.5, 0.6, 0.61, 0.9):
        least = trees.least(limit)
        below, at = trees.likely(np.array([least - 1, least])).tolist()
        assert below < limit <= at


_ROMANISED = str.maketrans("aeou", "eaua")
_LONG_VOWELS = str.maketrans("aiuAIU", "āīūĀĪŪ")


def _runs_of_names() -> Iterator[str]:
    """Names of the table as they stand, damaged, and beside other words."""
    names = [alias for alias, kind, _ in index().aliases() if fold(alias).isascii() and kind != "domain"]
    for k, name in enumerate(names[::97]):
        at = k % max(1, len(name))
        yield name
        yield name[:at] + name[at + 1 :]
        yield name[:at] + name[at : at + 1] + name[at:]
        yield f"{name} {names[(k * 31) % len(names)]}"
        yield name.replace(" ", "")
        yield name.upper()
        yield name.translate(_ROMANISED)
        yield unaccented(name).title().translate(_LONG_VOWELS)
        yield f"St. {name.replace(' ', '. ')}"
        yield f"Al {name}".replace("-e-", "i ").replace("ph", "f").replace("q", "k")
        yield f"Mr {name}'s"
        yield f"{name[:2]}’{name[2:]}"
        yield re.sub("['’‘]", "", name)
        yield f"{name}-{name[:3]}"
        yield _accented(name, k)
        yield _accented(f"al-{name} {names[(k * 31) % len(names)]}Ín", k).upper()[:: 1 if k % 2 else -1]


def test_what_the_sieve_drops_holds_nothing(pure: None) -> None:
    runs = sorted({run for run in _runs_of_names() if run})
    plain = Planner(Candidates([index()]))
    plain.prepare(runs)
    native.COMPILED = True
    planner = Planner(Candidates([index()]))
    planner.prepare(runs)
    for run in runs:
        here, there = planner.plan(run), plain.plan(run)
        assert (here.listed, here.proposed) == (there.listed, there.proposed), run
        assert not there.words or here.words in ((), there.words), run


def _long_runs(text: str) -> list[str]:
    return [text[start:end] for start, end in find_long_runs(text)]


def test_the_sieve_grades_runs_as_their_plans_do(pure: None) -> None:
    texts = sorted({run for run in _runs_of_names() if run})
    plain = Planner(Candidates([index()]))
    native.COMPILED = True
    planner = Planner(Candidates([index()]))
    found, _ = planner.sieve.look(texts)
    for grade, group in planner.graded(found).items():
        planner.scanner.learn_runs(group, grade)
    planner.scanner.settle()
    known = [(run, planner.scanner.verdict(run)) for text in texts for run in _long_runs(text)]
    native.COMPILED = False
    grades = set()
    for run, verdict in known:
        if verdict:
            grade = plain.grade(run)
            grades.add(grade)
            assert grade == verdict, run
        plan = planner.known.get(run)
        if plan is not None:
            assert plan == plain.plan(run), run
    assert grades == set(Grade)


def test_texts_not_worth_searching_have_lost_nothing() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((EXAMPLES / "articles").glob("*.txt"))]
    texts += [text.replace("ani", "") for text in texts] + [text.replace("ent", "") for text in texts] + ["", "a b"]
    worth = worth_searching(texts)
    assert 0 < len(worth) < len(texts)
    for text in (text for k, text in enumerate(texts) if k not in worth):
        assert not of([text]).scrubbed


def test_what_may_be_missing_from_several_words() -> None:
    told = traces("en")
    words = [*("orgsation", "pakist", "governmt", "presidt", "studt", "x", "a" * 30), *sorted(above(3.5, "en"))[::900]]
    some = told.explain(words)
    for one in words:
        strings = {trace.string for trace in some.get(one, ())}
        assert strings <= set(told._missing(one))
        for other in words[:40]:
            if other != one and not strings.isdisjoint(trace.string for trace in some.get(other, ())):
                assert told.may_agree([one, "the", other])
    assert told.may_agree(["governmt", "studt"])
    assert not told.may_agree(["governmt", "orgsation"])


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "Orgnistion ", "wrds", "ÉCOLE ", "İzmir", "ΟΔΟΣ"]), min_size=8).map(" ".join))
def test_a_text_is_seen_in_small_letters(text: str) -> None:
    texts = [text, text + "中"]
    assert _glance().told(texts, 1) == _glance().told([text.lower() for text in texts], 1)


_LETTERS = st.integers(1, 140).map(lambda count: ("Orgnistion" * 14)[:count])


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from(["the", "of", "and", "wrds", "govrnmnt", ". ", "5"]), _LETTERS), min_size=8))
def test_a_text_in_ascii_is_seen_as_others_are(words: list[str]) -> None:
    text = " ".join(words)
    for enough in (1, 2):
        assert _glance().told([text], enough) == _glance().told([text + " “"], enough)


def test_a_text_tells_the_same_wherever_its_words_stand() -> None:
    # Letters are looked at 64 at a time, so that each word lies across an end of them somewhere.
    words = ["kémon", "FRANÇS", "orgsation", "fncé", "the", "ÉÉ", "pokém"]
    for text in (" ".join(words), "…".join(words), "orgsation the studt"):
        told = {word.lower() for word in [*words, "studt"] if word in text} - {"the", "éé"}
        for before in range(70):
            for behind in ("", ".", " the é" * 30):
                whole = "the of and to in a " + " " * before + text + behind
                assert _glance().told([whole], 1) == [(0, (True, told))]


@settings(deadline=None)
@given(st.lists(st.text("ab ‘’“”–—…£éÃ¢€\x80\xa0ðв√中😀").map(lambda text: text + "a" * (len(text) % 5 * 5) + text)))
def test_texts_that_may_have_to_be_mended(texts: list[str]) -> None:
    assert doubtful(texts) == [k for k, text in enumerate(texts) if is_doubtful(text)]
    assert not any(mend(text) for k, text in enumerate(texts) if k not in doubtful(texts))


@pytest.mark.parametrize("name", ["articles.jsonl"])
def test_without_a_compiler_the_outcome_is_the_same(tmp_path: Path, name: str) -> None:
    outcomes = []
    for pure in ("", "1"):
        done = subprocess.run(
            [sys.executable, "-m", "canonym", "normalise", "--format", "jsonl", "-q", "-"],
            input=(EXAMPLES / name).read_bytes(),
            capture_output=True,
            env={**os.environ, "CANONYM_PURE": pure},
            check=True,
        )
        outcomes.append(done.stdout)
    assert outcomes[0] == outcomes[1] != (EXAMPLES / name).read_bytes()


def test_many_names_are_resolved_as_each_alone() -> None:
    names = [run for run in _runs_of_names() if run.strip()][:400]
    normaliser = canonym.load()
    together = normaliser.resolve_all(names)
    assert together == [normaliser.resolve(name) for name in names]
    assert len({d.status for d in together}) > 1


def test_a_look_that_failed_leaves_nothing_to_read() -> None:
    planner = Planner(canonym.load()._candidates)
    with pytest.raises(TypeError):
        planner.sieve.look(["Near Kandaharr", 5])  # type: ignore[list-item]
    assert planner.scanner.settle() == b""
    assert planner.scanner.told(b"", 2, Looked) == {}


def test_a_long_run_takes_time_as_its_length() -> None:
    started = time.process_time()
    assert canonym.load().normalise("in Afghstan " * 8000) == "in Afghanistan " * 8000
    assert canonym.load().normalise("À Afghstan " * 8000) == "À Afghanistan " * 8000
    assert time.process_time() - started < 25  # by the square of it more than a minute


def test_a_short_run_imports_little(tmp_path: Path) -> None:
    code = (
        "import sys; from canonym.cli.guard import status; code = status(sys.argv[1:]); "
        "told = {'numpy', 'ftfy', 'rapidfuzz', 'csv', 'tempfile', 'hashlib'} & sys.modules.keys(); "
        "sys.exit(f'{code} {sorted(told)}' if code or told else 0)"
    )
    (tmp_path / "t.csv").write_text("canonical,alias\nKabul,Kabool\n", encoding="utf-8")
    call = [sys.executable, "-m", "canonym", "table", "compile", "t.csv", "-o", "t.index"]
    subprocess.run(call, cwd=tmp_path, check=True, capture_output=True)
    options = ("normalise", "--table", "t.index", "--format", "jsonl", "--workers", "1", "-")
    for _ in range(2):  # the first may have to make what is kept
        done = subprocess.run(
            [sys.executable, "-c", code, *options],
            input=b'{"text": "He left Kabool for Herat."}\n',
            capture_output=True,
            cwd=tmp_path,
            check=False,
        )
    assert (done.returncode, done.stdout) == (0, b'{"text": "He left Kabul for Herat."}\n'), done.stderr.decode()
