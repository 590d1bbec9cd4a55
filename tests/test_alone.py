"""Names alone: decided many at a time in the compiled part as each is by itself in Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from rapidfuzz.distance import OSA

import canonym
from canonym import native
from canonym.alone import brief
from canonym.candidates import Candidates
from canonym.deletions import MOST, Neighbourhood, compiled, distance_for
from canonym.index import Index
from canonym.model import Decision
from canonym.nearest import best
from canonym.plans import Span
from canonym.resolve import Normaliser, open_table
from canonym.spans import Planner
from canonym.text import fold

pytestmark = pytest.mark.skipif(not native.COMPILED, reason="canonym was installed without a C compiler")

#: What is no plain name, or is folded otherwise than its words are read.
ODD = [
    *(
        "",
        " ",
        "???",
        "AT&T Nws",
        "O'Kabul",
        "Ka`bul",
        "K.A.B. Kabul",
        "kabull.com",
        "Rock''n Kabul",
        "_Kabull_",
        "Kab.ul",
    ),
    *("Kābull", "Mazar-i_Sharief", "a b c d e f g h Kabull", "x" * 70, "Kabull " * 30, "K4bul", "Kabul 1O1", "Кабул"),
    *("North Asia", "Southwset Asia", "Kabulese", "Kunduzii", "Christ Church", "Christ Chruch", "Washington Oct"),
    *(
        "Balkh Kabuly",
        "al Kabul",
        "The Tebyan",
        "Nahri Shahi",
        "Kartnaw",
        "Karte Naww",
        "Jalal’ābād",
        "Jalal‘ābadd-’",
        "Kāb’ull’",
        "‘Alīābād’",
        "Qal’eh-ye Nāww’ee",
        "Mazari Sherief",
        "Ma zar e sharif",
    ),
]


@contextmanager
def in_python() -> Iterator[None]:
    native.COMPILED = False
    try:
        yield
    finally:
        native.COMPILED = True


def names(index: Index, step: int) -> Iterator[str]:
    """Names of a table as they stand, damaged, spelt by other rules, and with other blanks."""
    random = Random(step)
    for alias in sorted({alias for alias, kind, _ in index.aliases() if kind != "domain"})[::step]:
        k = random.randrange(len(alias))
        yield alias
        yield alias[:k] + alias[k + 1 :]
        yield alias[:k] + random.choice("abcdefghijklmnopqrstuvwxyz ") + alias[k:]
        yield alias[: k + 1] + alias[k - 1 :]
        yield alias.replace("a", "e", 1)
        yield alias.replace("u", "o", 1).replace("-e-", "i ")
        yield alias.replace("ee", "i").replace("kh", "x")
        yield "al " + alias
        yield alias.replace(" ", "", 1)
        yield f"{alias[:k]} {alias[k:]}"
        yield alias + random.choice(["n", "an", "ian", "i", "zai", " A", "sky"])


@pytest.mark.parametrize("type_", [None, "place", "outlet"])
def test_many_are_decided_as_each_alone_in_python(type_: str | None) -> None:
    index = open_table("default")
    asked = [*ODD, *names(index, 83)]
    quick, slow = Normaliser([index]), Normaliser([index])
    together = quick.resolve_all(asked, type_)
    with in_python():
        apart = slow.resolve_all(asked, type_)
    for one, other in zip(together, apart, strict=True):
        assert one == other
    assert quick.resolve_briefly(asked, type_) == [brief(d) for d in apart]
    assert {"accept", "abstain"} <= {d.status for d in together}
    assert {"exact", "rule", "fuzzy"} <= {d.best.match for d in together if d.best}


def test_of_two_tables_the_earlier_wins() -> None:
    mine = Normaliser([open_table("default"), open_table(canonym.resolve.embedded_table())])
    asked = list(names(open_table("default"), 311))
    together = mine.resolve_all(asked)
    with in_python():
        assert mine.resolve_all(asked) == together


def test_few_are_decided_as_many() -> None:
    asked = [*ODD, *names(open_table("default"), 401)]
    many = canonym.load().resolve_all(asked)
    few: list[Decision] = []
    normaliser = canonym.load()
    for start in range(0, len(asked), 7):
        few += normaliser.resolve_all(asked[start : start + 7])
    assert few == many


def test_what_rules_make_of_a_form_is_ranked_as_in_python() -> None:
    index = open_table("default")
    candidates, planner = Candidates([index]), Planner(Candidates([index]))
    forms = {form for name in names(index, 67) if (form := fold(name)).isascii() and len(form) < 60}
    runs = sorted({form.title() for form in forms})
    planner.prepare(runs)
    hits = 0
    with in_python():
        slow = Planner(candidates)
        slow.prepare(runs)
    for run in runs:
        found: tuple[Span, ...] = planner.plan(run).proposed
        assert found == slow.plan(run).proposed, run
        for span in found:
            ruled = [c for c in span.candidates if c.match == "rule"]
            hits += bool(ruled)
            near = {c.entity.id: c for c in best(span.form, candidates.by_rule(span.form))}
            assert all(near[c.entity.id] == c for c in ruled if c.entity.id in near), run
    assert hits > 10


def test_neighbours_of_long_words() -> None:
    index = open_table("default")
    hood, plain, random = compiled(index), Neighbourhood(index), Random(5)
    atoms = sorted({word for alias, _, _ in index.aliases() for word in (fold(alias), fold(alias).replace(" ", ""))})
    words = [word for word in atoms if 2 < len(word) < 64 and word.isascii() and word.isalpha()]
    words = words[::71] + sorted(words, key=len)[-60:]
    for word in words:
        for _ in range(random.randrange(3)):
            k = random.randrange(len(word) - 1)
            word = random.choice(
                [word[:k] + word[k + 1 :], word[:k] + "e" + word[k:], word[:k] + word[k + 1] + word[k] + word[k + 2 :]]
            )
        found = hood.near(word, MOST)
        assert list(found) == plain.near([word])[0], word
        assert list(hood.near(word, 3)) == list(found)[:3]
        assert all(OSA.distance(word, other) == d <= distance_for(min(len(word), len(other))) for other, d in found)


def test_neighbours_are_the_same_once_many_were_asked_for() -> None:
    index = open_table("default")
    hood, plain = compiled(index), Neighbourhood(index)
    words = sorted(
        {word for alias, _, _ in index.aliases() if (word := fold(alias).replace(" ", "")).isascii()}, key=len
    )
    damaged = [word[:3] + word[4:] for word in words if 9 < len(word) < 64 and word.isalpha()]
    asked = [*damaged[::40], *damaged[-150:]]
    first = [hood.near(word, MOST) for word in asked]
    for k in range(4):  # what they are sped up by is made on the way
        for word in damaged:
            hood.near(word[:k] + "q" + word[k:], MOST)
    assert [hood.near(word, MOST) for word in asked] == first == [tuple(found) for found in plain.near(asked)]


def test_a_type_that_nobody_has_finds_nothing() -> None:
    asked = list(names(open_table("default"), 997))
    for type_ in ("a\0b", "\ud800", "lugar"):
        assert {d.status for d in canonym.load().resolve_all(asked, type_)} <= {"abstain"}
