"""What an index knows of common words beforehand changes no outcome, whatever becomes of it."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonym import foreseen, native
from canonym.index import compile_table, open_index, save
from canonym.resolve import Normaliser, embedded_table, open_table
from canonym.spans import foresee
from canonym.table import read

pytestmark = pytest.mark.skipif(not native.COMPILED, reason="the compiled part is not installed")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "table.index"
    save(compile_table(read(embedded_table())), path)
    return path


@pytest.fixture(scope="module")
def knowing(plain: Path) -> Path:
    path = plain.with_name("knowing.index")
    save(plain.read_bytes(), path, foresee)
    return path


@cache
def words() -> tuple[str, ...]:
    with embedded_table().open(encoding="utf-8", newline="") as file:
        names = [row["alias"] for row in csv.DictReader(file)]
    return *foreseen.common_words()[::7], *names[::5]


@st.composite
def texts(draw: st.DrawFn) -> str:
    rng = random.Random(draw(st.integers(0, 1 << 30)))
    out = []
    for _ in range(40):
        word = rng.choice(words())
        if rng.random() < 0.3 and len(word) > 3:
            at = rng.randrange(1, len(word) - 1)
            word = rng.choice((word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :]))
        out.append(word.capitalize() if rng.random() < 0.6 else word)
        out.append(rng.choice((" ", " ", " ", "-", ", ", " said. ", "\n")))
    return "".join(out)


def test_it_is_there(plain: Path, knowing: Path) -> None:
    assert foreseen.of([open_index(plain)]) is None
    assert foreseen.of([open_index(knowing)]) is not None
    assert foreseen.of([open_index(knowing), open_index(plain)]) is None
    assert knowing.read_bytes().startswith(plain.read_bytes())


@pytest.fixture(scope="module")
def both(plain: Path, knowing: Path) -> list[Normaliser]:
    return [Normaliser([open_index(path)]) for path in (plain, knowing)]


@settings(max_examples=40, deadline=None)
@given(st.lists(texts(), min_size=1, max_size=4))
def test_outcomes_are_the_same(both: list[Normaliser], given: list[str]) -> None:
    for mentions in (False, True):
        told = [names.process(given, mentions=mentions) for names in both]
        assert told[0] == told[1]


def test_verdicts_are_the_same(both: list[Normaliser]) -> None:
    text = " and ".join(word.title() for word in random.Random(1).sample(words(), 8_000))
    told = [names.process([text], mentions=False) for names in both]
    assert told[0] == told[1]
    assert both[0].known_verdicts == both[1].known_verdicts


@pytest.mark.parametrize(
    "damage",
    [
        lambda data, at: data[:at],
        lambda data, at: data[: at + 40],
        lambda data, at: data[:-9],
        lambda data, at: data[:-8] + bytes(8),
        lambda data, at: data[:-8] + b"\xff" * 8,
        lambda data, at: data[:at] + b"\xff" * (len(data) - at - 8) + data[-8:],
        lambda data, at: data[: at + 128] + b"\x55" * (len(data) - at - 136) + data[-8:],
        lambda data, at: data[:at] + data[at:].replace(foreseen.stamp(), b"0" * len(foreseen.stamp())),
    ],
)
def test_a_damaged_one_does_no_harm(plain: Path, knowing: Path, tmp_path: Path, damage: Callable[..., bytes]) -> None:
    path = tmp_path / "damaged.index"
    path.write_bytes(damage(knowing.read_bytes(), len(plain.read_bytes())))
    text = " said. ".join(words()[::300])
    assert len(Normaliser([open_index(path)]).process([text])) == 1


def test_few_names_have_none(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("canonical,alias\nKabul,Cabool\n", "utf-8")
    save(compile_table(read(tmp_path / "t.csv")), tmp_path / "t.index", foresee)
    assert foreseen.of([open_index(tmp_path / "t.index")]) is None


def test_the_embedded_table_has_it() -> None:
    assert foreseen.of([open_table(embedded_table())]) is not None
