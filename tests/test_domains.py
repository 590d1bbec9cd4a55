"""Addresses: what is looked up, in which order, and which outlet answers."""

from __future__ import annotations

import pytest

from canonym.domains import key, registrable
from canonym.index import from_table
from canonym.protected import find_protected, signs
from canonym.resolve import Normaliser
from canonym.table import parse

TABLE = """canonical,alias,type,kind
BBC,bbc.co.uk,outlet,domain
BBC Persian,https://www.bbc.com/persian,outlet,domain
BBC World,bbc.com,outlet,domain
Blogspot,blogspot.com,outlet,domain
Khaama Press,khaama.com,outlet,domain
Meduza,пример.рф,outlet,domain
"""


@pytest.mark.parametrize(
    ("address", "outlet"),
    [
        ("khaama.com", "Khaama Press"),
        ("KHAAMA.COM.", "Khaama Press"),
        ("www.khaama.com", "Khaama Press"),
        ("https://en.m.khaama.com:8443/a/b.html?c=d.e#f", "Khaama Press"),
        ("ftp://user:secret@khaama.com/", "Khaama Press"),
        ("news.bbc.co.uk", "BBC"),
        ("https://www.bbc.com/persian/afghanistan-123", "BBC Persian"),
        ("bbc.com/news", "BBC World"),
        ("blogspot.com", "Blogspot"),
        ("пример.рф", "Meduza"),
        ("xn--e1afmkfd.xn--p1ai", "Meduza"),
        ("https://новости.пример.рф/a", "Meduza"),
    ],
)
def test_an_address_names_its_outlet(address: str, outlet: str) -> None:
    best = Normaliser([from_table(parse(TABLE.encode()))]).resolve(address).best
    assert best is not None and (best.entity.canonical, best.kind) == (outlet, "domain")


@pytest.mark.parametrize("address", ["tolo.blogspot.com", "co.uk", "notkhaama.com", "khaama.com.evil.net", "1.2.3.4"])
def test_a_stranger_on_a_shared_suffix_is_not_its_owner(address: str) -> None:
    best = Normaliser([from_table(parse(TABLE.encode()))]).resolve(address).best
    assert best is None or best.kind != "domain"


@pytest.mark.parametrize("odd", ["", ".", "..", "http://", "a..b", "x" * 300 + ".com", "\u0000.com", "日本。jp"])
def test_odd_addresses_do_no_harm(odd: str) -> None:
    assert registrable(odd) == registrable(key(odd)) or not registrable(odd)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"in C:\Kabool\Herat, x", [r"C:\Kabool\Herat"]),
        (r"abC:\Kabool", [r"\Kabool"]),
        (r"\a-c:\b", [r"\a-c", r"\b"]),
        ("me.x+y@kabool.af", ["me.x+y@kabool.af"]),
        ("kabool\n@herat", ["kabool\n@herat"]),
        ("in a/b/c, 1/2 or $5 and #1", ["a/b/c"]),
        ("by #Kabool, $TSLA and a/ b/c", ["#Kabool", "$TSLA"]),
        ("src/assuan.c, a/x.r or doc/assuan.texi", ["src/assuan.c", "a/x.r", "doc/assuan.texi"]),
        ("run ./Kabool.sh in ~/Herat, ../b or .../c etc./or.", ["./Kabool.sh", "~/Herat", "../b"]),
        ("Kabool.sql, kabool.h, kabool.7z.", ["Kabool.sql", "kabool.h", "kabool.7z"]),
        ("Kabool.so they, Mazar-i-Sharf.so, at 2p.m. d.c. to/from Kabool/Herat", []),
        ("lib/kabool.so, kabool2.go, my-kabool.dat", ["lib/kabool.so", "kabool2.go", "my-kabool.dat"]),
        ("kabool.open(), Kabool(AP), Kabool. (AP)", ["kabool.open(", "kabool.open()"]),
        ("import kabool; x\nimport Kabool goods\nimport tax.\n", ["import kabool; x"]),
        ("a\n  from kabool import Herat\nfrom Kabool, import", ["  from kabool import Herat"]),
        ("class Kabool(Base):\nclass Kabool hotels\ndef kabool(x)", ["class Kabool(Base):", "def kabool(x)"]),
        ("at 食狮.中国, kabul.рф/a or кабул.рф; Кабул.Там 1.中国", ["食狮.中国", "kabul.рф/a", "кабул.рф"]),
        ("در کابل. ایران", []),
    ],
)
def test_what_is_never_rewritten(text: str, wanted: list[str]) -> None:
    assert [text[a:b] for a, b in sorted({*find_protected(text, signs(text))})] == wanted
