"""Wikidata's JSON dumps (CC0): an array with one entity a line, plain or packed (.gz, .bz2).

Layout: https://www.wikidata.org/wiki/Wikidata:Database_download. Streamed: an entity whose line names none of the
wanted classes is not even parsed. Labels and aliases in all languages become names, the official website (P856) a
domain of outlets, the population (P1082) the prominence; where there is none, the number of links to wikis, or of
languages, stands in. A country goes by its ISO code (P297) and another place by its number in GeoNames (P1566), as in
other tables, so that they add up with this one. Deprecated statements count for nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from canonym.datafiles import data_file
from canonym.domains import registrable
from canonym.importers.gather import packed, unpacked
from canonym.importers.records import Name, Numbers, Progress, Record, Tally
from canonym.importers.spill import Spill
from canonym.importers.streams import cut_short, lines
from canonym.model import UsageError
from canonym.records import replace

_LAYOUT: Final = "Give Wikidata's JSON dump (latest-all.json), in which each line holds one entity"
#: What one language or link to a wiki counts for, where no population is known: so that a paper that fifty wikis
#: write about outranks a town of a hundred thousand.
_PLACE_LINK: Final = 1_000
_OUTLET_LINK: Final = 10_000
COUNTRY: Final = 100_000_000
#: Hosts that lend pages to others: a page there is no domain of an outlet.
_LENDERS: Final = frozenset(
    {"facebook.com", "twitter.com", "x.com", "youtube.com", "instagram.com", "t.me", "telegram.me", "linkedin.com",
     "google.com", "wikipedia.org", "archive.org", "vk.com", "medium.com"}
)  # fmt: skip
_CAPITALS: Final = re.compile(r"(?:[A-Z0-9][A-Z0-9&./-]{0,7})")


@cache
def classes() -> Mapping[str, str]:
    """The classes that are wanted, by id: "place" or "outlet"."""
    raw = json.loads(data_file("wikidata_classes.json").read_text("utf-8"))
    return {id_: type_ for type_ in ("place", "outlet") for id_ in raw[type_]}


def with_classes(more: Collection[str]) -> Mapping[str, str]:
    """The built-in classes and others, each given as "Q515=place".

    Raises:
        UsageError: one is not of that form.

    >>> with_classes(["Q4022=river"])["Q4022"]
    'river'
    """
    out = dict(classes())
    for one in more:
        id_, _, type_ = one.partition("=")
        if not re.fullmatch(r"Q\d+", id_) or not type_:
            raise UsageError(f'"{one}" is no class', remedy="Write it as Q515=place")
        out[id_] = type_
    return out


def records(
    path: Path,
    *,
    wanted: Mapping[str, str] | None = None,
    langs: Collection[str] = (),
    tally: Tally | None = None,
    progress: Progress | None = None,
) -> Iterator[Record]:
    """The entities of the wanted classes, with countries as ISO codes where the dump holds the countries too.

    `langs` leaves names of other languages out. What is kept lies on disk until all countries are known.

    Raises:
        TableError: the file is missing, cut short, or no dump.
    """
    tally = tally if tally is not None else Tally()
    wanted = classes() if wanted is None else wanted
    iso: dict[str, str] = {}
    taken = Numbers()
    with Spill("kept (country TEXT, data BLOB)") as spill:
        for where, entity in _entities(path, frozenset(wanted), tally, progress):
            try:
                type_ = next((wanted[c] for c in _items(entity, "P31") if c in wanted), None)
                if type_ is None:
                    continue
                code = "" if _values(entity, "P576") else next(iter(_texts(entity, "P297")), "")
                if code:
                    iso.setdefault(entity["id"], code)
                record = _record(entity, type_, frozenset(langs), code)
                country = next(iter(_items(entity, "P17")), "")
            except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
                tally.skip(where, "not of the shape of an entity", _LAYOUT)
                continue
            if record is not None:
                tally.records += 1
                number = _geonames(entity) if type_ == "place" and not code else None
                if number is not None and number not in taken:
                    taken.add(number)
                    record = replace(record, id=f"gn:{number}")
                spill.add("INSERT INTO kept VALUES (?, ?)", (country, packed(record)))
        for country, data in spill.run("SELECT country, data FROM kept ORDER BY rowid"):
            record = unpacked(data)
            yield record if record.country else replace(record, country=iso.get(country, ""))


def _geonames(entity: Mapping[str, Any]) -> int | None:
    """The one number that GeoNames gives a place, as far as is known."""
    found = {text for text in _texts(entity, "P1566") if text.isascii() and text.isdecimal() and len(text) < 12}
    return int(found.pop()) if len(found) == 1 else None


def _entities(
    path: Path, wanted: frozenset[str], tally: Tally, progress: Progress | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    import orjson

    total = path.stat().st_size if path.exists() else None
    marks = re.compile(
        rb'"id":\s*"(?:' + "|".join(sorted(wanted)).encode() + rb')"|'
        rb'"numeric-id":\s*(?:' + "|".join(sorted(w[1:] for w in wanted)).encode() + rb")\b"
    )
    number, last = 0, b""
    with lines(path) as numbered:
        for number, at, raw in numbered:
            if progress is not None and not number % 10_000:
                progress("Reading", at, total, tally.records)
            last = raw
            text = raw.strip().removeprefix(b"[").removesuffix(b"]").strip().rstrip(b",")
            if not text:
                continue
            if not (text.startswith(b"{") and text.endswith(b"}")):
                if not raw.endswith(b"\n"):
                    raise cut_short(path, number)
                tally.skip(f"{path}, line {number}", "no JSON object", _LAYOUT)
                continue
            if marks.search(text) is None:
                continue
            try:
                entity = orjson.loads(text)
                if not isinstance(entity.get("id"), str):
                    raise ValueError("no entity")
            except ValueError as error:
                tally.skip(f"{path}, line {number}", f"broken JSON ({str(error).split(':')[0]})", _LAYOUT)
                continue
            yield f"{path}, line {number}", entity
    # An array that is not closed: the rest of it was not downloaded.
    if number and not last.strip().endswith((b"]", b"}")):
        raise cut_short(path, number)


def _claims(entity: Mapping[str, Any], property_: str) -> list[tuple[Any, Mapping[str, Any]]]:
    """The values of a property with their statements: those of the best rank, never deprecated ones.

    An empty map is written as an empty list by older dumps; a value may be unknown, or known to be none.
    """
    found = [
        (claim["mainsnak"]["datavalue"]["value"], claim)
        for claim in (entity.get("claims") or {}).get(property_, ())
        if claim.get("rank") != "deprecated" and "datavalue" in claim.get("mainsnak", {})
    ]
    return [f for f in found if f[1].get("rank") == "preferred"] or found


def _values(entity: Mapping[str, Any], property_: str) -> list[Any]:
    return [value for value, _ in _claims(entity, property_)]


def _items(entity: Mapping[str, Any], property_: str) -> list[str]:
    found = [v for v in _values(entity, property_) if isinstance(v, dict)]
    # Dumps of before 2016 give the number alone.
    return [v["id"] if "id" in v else f"Q{v['numeric-id']}" for v in found if "id" in v or "numeric-id" in v]


def _texts(entity: Mapping[str, Any], property_: str) -> list[str]:
    return [v for v in _values(entity, property_) if isinstance(v, str)]


def _population(entity: Mapping[str, Any]) -> int:
    """The newest count, by its date (P585); without dates the largest."""
    counts = [
        (_date(claim), int(float(value["amount"])))
        for value, claim in _claims(entity, "P1082")
        if isinstance(value, dict) and "amount" in value
    ]
    return max(0, max(counts)[1]) if counts else 0


def _date(claim: Mapping[str, Any]) -> str:
    for snak in (claim.get("qualifiers") or {}).get("P585", ()):
        time = snak.get("datavalue", {}).get("value", {}).get("time", "")
        if time.startswith("+"):
            return str(time)
    return ""


def _place(entity: Mapping[str, Any]) -> tuple[float, float] | None:
    """The coordinates (P625) on this globe."""
    for value in _values(entity, "P625"):
        if isinstance(value, dict) and str(value.get("globe", "Q2")).endswith("Q2"):
            return round(float(value["latitude"]), 5), round(float(value["longitude"]), 5)
    return None


def _record(entity: Mapping[str, Any], type_: str, langs: frozenset[str], iso: str) -> Record | None:
    labels = {tag: v["value"] for tag, v in (entity.get("labels") or {}).items()}
    canonical = labels.get("en") or labels.get("mul") or labels.get("en-gb") or ""
    if not canonical:
        return None
    names: list[Name] = []
    for tag, label in sorted(labels.items()):
        if tag not in ("en", "mul") and (not langs or tag.split("-")[0] in langs):
            names.append(Name(label, tag))
    for tag, aliases in sorted((entity.get("aliases") or {}).items()):
        if langs and tag not in ("en", "mul") and tag.split("-")[0] not in langs:
            continue
        for alias in aliases:
            short = tag in ("en", "mul") and _CAPITALS.fullmatch(alias["value"]) and not canonical.isupper()
            names.append(Name(alias["value"], tag, "abbreviation" if short else ""))
    if type_ == "outlet":
        names += [Name(host, "", "domain") for site in _texts(entity, "P856") for host in _host(site)]
    links = len(entity.get("sitelinks") or {}) or len(labels)
    prominence = links * (_OUTLET_LINK if type_ == "outlet" else _PLACE_LINK)
    if type_ != "outlet":
        prominence = max(COUNTRY, _population(entity)) if iso else _population(entity) or prominence
    id_ = f"iso:{iso}" if iso and type_ == "place" else f"wd:{entity['id']}"
    return Record(id_, type_, canonical, prominence, iso, tuple(names), _place(entity))


def _host(site: str) -> list[str]:
    hosts = [h for h in registrable(site) if "/" not in h]
    return hosts[:1] if hosts and not _LENDERS.intersection(hosts) else []
