"""Compiled tables: what goes in comes out, and what is damaged is refused."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

import canonym
from canonym import index as ix
from canonym import indexkeys
from canonym.deletions import MIN_LENGTH, Neighbourhood, distance_for
from canonym.keys import KEY_VERSION
from canonym.model import IndexFileError
from canonym.table import parse
from canonym.text import fold

TABLE = "canonical,alias,type,id,kind,prominence,country\n" + "\n".join(
    [
        "Kabul,Kabul,place,gn:1,canonical,4000000,AF",
        "Kabul,کابل,place,gn:1,native,4000000,AF",
        "New York,New York,place,gn:2,canonical,8000000,US",
        "NewsGram,newsgram.com,outlet,,domain,10,IN",
    ]
)


def test_aliases_and_entities_come_back() -> None:
    opened = ix.from_table(parse(TABLE.encode()))
    rows = {(alias, kind, entity.id, entity.country) for alias, kind, entity in opened.aliases()}
    assert ("کابل", "native", "gn:1", "AF") in rows
    assert [opened.alias(k) for k in opened.lookup(indexkeys.EXACT + "new york")] == ["New York"]
    assert [opened.alias(k) for k in opened.lookup(indexkeys.SQUEEZED + "newyork")] == ["New York"]
    assert [opened.entity(k).canonical for k in opened.lookup(indexkeys.DOMAIN + "newsgram.com")] == ["NewsGram"]
    assert opened.lookup(indexkeys.EXACT + "boston") == [] and not opened.has(indexkeys.ATOM + "boston")
    assert opened.has(indexkeys.ATOM + "york") and opened.caseless() == [fold("کابل")]


def test_saved_and_mapped(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "t.index"
    ix.save(ix.compile_table(parse(TABLE.encode())), path)
    assert ix.is_index(path) and ix.open_index(path).size == 5
    assert [p.name for p in path.parent.iterdir()] == ["t.index"]


def test_compiling_is_deterministic() -> None:
    assert ix.compile_table(parse(TABLE.encode())) == ix.compile_table(parse(TABLE.encode()))


@pytest.mark.parametrize("cut", [4, 40, 400, -1])
def test_a_damaged_index_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "t.index"
    path.write_bytes(ix.compile_table(parse(TABLE.encode()))[:cut])
    with pytest.raises(IndexFileError):
        ix.open_index(path)


def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.index"
    path.write_bytes(ix.compile_table(parse(TABLE.encode())))
    monkeypatch.setattr("canonym.index.KEY_VERSION", KEY_VERSION + 1)
    with pytest.raises(IndexFileError, match="another version"):
        ix.open_index(path)


def test_a_changed_table_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "t.csv"
    path.write_text("canonical,alias\nKabul,Cabul\n", "utf-8")
    ix.cached.cache_clear()
    assert ix.cached(path).size == 2
    path.write_text("canonical,alias\nKabul,Cabul\nKabul,Caubul\n", "utf-8")
    ix.cached.cache_clear()
    assert ix.cached(path).size == 3
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_what_nobody_uses_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "cache"))
    tables = [tmp_path / f"{k}.csv" for k in range(3)]
    long_ago = time.time() - 40 * 86_400
    for k, table in enumerate(tables[:2]):
        table.write_text(f"canonical,alias\nKabul,Kabool{k}\n", encoding="utf-8")
        before = {*(tmp_path / "cache").glob("*")}
        ix.cached(table)
        (made,) = {*(tmp_path / "cache").glob("*.index")} - before
        os.utime(made, (long_ago, long_ago))
    other = tmp_path / "cache" / "mine.index"
    other.write_bytes(b"of somebody else")
    os.utime(other, (long_ago, long_ago))
    ix.cached.cache_clear()
    assert ix.cached(tables[0]).size == 2  # and so is in use
    tables[2].write_text("canonical,alias\nKabul,Kaboul\n", encoding="utf-8")
    ix.cached(tables[2])
    names = sorted(path.name for path in (tmp_path / "cache").iterdir())
    assert len(names) == 3 and "mine.index" in names and made.name not in names


def test_what_is_kept_need_not_be_sound_nor_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "t.csv"
    path.write_text("canonical,alias\nKabul,Cabul\n", "utf-8")
    ix.cached.cache_clear()
    ix.cached(path)
    (kept,) = (tmp_path / "cache").iterdir()
    made = kept.read_bytes()
    kept.write_bytes(b"damaged")
    ix.cached.cache_clear()
    assert (ix.cached(path).size, kept.read_bytes()) == (2, made)
    kept.unlink()
    kept.mkdir()
    ix.cached.cache_clear()
    assert ix.cached(path).size == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(alphabet="abcde", min_size=MIN_LENGTH, max_size=12), min_size=1, max_size=12, unique=True),
    st.text(alphabet="abcde", min_size=MIN_LENGTH, max_size=12),
)
def test_neighbours_are_those_that_distance_finds(names: list[str], word: str) -> None:
    table = parse(("canonical,alias\n" + "".join(f"{n},{n}\n" for n in names)).encode())
    found = dict(Neighbourhood(ix.from_table(table)).near([word])[0])
    for name in names:
        limit = distance_for(min(len(word), len(name)))
        distance = OSA.distance(word, name)
        if name in found:
            assert found[name] == distance <= limit
        elif 0 < distance <= limit and max(len(word), len(name)) <= 9:
            pytest.fail(f"{name} is {distance} edits from {word} and was not found")


def test_bytes_that_call_themselves_an_index(tmp_path: Path) -> None:
    path = tmp_path / "world.index"
    path.write_bytes(b"\xff\x00 no index, and no text")
    with pytest.raises(IndexFileError, match="not an index of canonym") as error:
        canonym.load(path)
    assert "table compile" in error.value.remedy


def test_types_are_those_of_the_entities() -> None:
    index = ix.from_table(parse("canonical,alias,type\na,a,bab\nb,b,ab\nc,c,ab\nd,d,é\ne,e,bab\nf,f,\n".encode()))
    assert index.types == set(index.strings("type")) >= {"bab", "ab", "é"}
