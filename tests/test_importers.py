"""Importers: small files in each source's own layout, and what is damaged, cut short, or too much for the disk."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from canonym.importers import build, csvfile, geonames, run, wikidata
from canonym.importers.records import Name, Record, Tally
from canonym.index import open_index
from canonym.model import TableError, UsageError
from canonym.resolve import Normaliser, open_table


def place(
    key: str, name: str, alternates: str = "", kind: str = "P PPL", country: str = "AF", population: str = "100000"
) -> str:
    cells = [key, name, name, alternates, "34.5", "69.2", *kind.split(), country, "", "13", "", "", "", population]
    return "\t".join([*cells, "", "1800", "Asia/Kabul", "2024-01-01"])


PLACES = "\n".join(
    [
        place("1138958", "Kabul", "KBL,Cabool,Kaboul,Кабул,کابل", "P PPLC", population="4434550"),
        place("1149361", "Islamic Republic of Afghanistan", "Afghanistan", "A PCLI", population="37172386"),
        place("1", "Khumdarah", population="90"),
        place("2", "Darya-ye Kabul", kind="H STM"),
        place("3", "Herat", country="XX"),
    ]
)
ALTERNATES = "\n".join(
    [
        "1\t1138958\tfa\tکابل\t1\t\t\t\t\t",
        "2\t1138958\ten\tCaubul\t\t\t\t1\t\t",
        "3\t1138958\tlink\thttps://en.wikipedia.org/wiki/Kabul\t\t\t\t\t\t",
        "4\t1138958\tiata\tKBL\t\t\t\t\t\t",
        "5\t1138958\tfr\tCaboul\t\t\t\t\t\t",
        "6\t1138958\ten\tCity of Gardens\t\t\t1\t\t\t",
        "7\t99\ten\tElsewhere\t\t\t\t\t\t",
    ]
)


def packed(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    data = text.encode()
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(data))
    elif name.endswith(".bz2"):
        path.write_bytes(bz2.compress(data))
    elif name.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("readme.txt", "x")
            archive.writestr(f"{path.stem}.txt", data)
    else:
        path.write_bytes(data)
    return path


def kinds_of(records: Any) -> dict[str, tuple[str, str]]:
    table = build.table_of(records, "t")
    return {
        alias: (table.entities[at].canonical, kind)
        for alias, at, kind in zip(table.aliases, table.entity_of, table.kinds, strict=True)
    }


@pytest.mark.parametrize("name", ["AF.txt", "AF.zip", "AF.txt.gz"])
def test_geonames_files(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path, name, PLACES + "\n")
    tally = Tally()
    found = list(geonames.records(path, min_population=500, countries=["AF"], tally=tally))
    assert [(r.id, r.prominence) for r in found] == [("gn:1138958", 4434550), ("gn:1149361", 100_000_000)]
    assert tally.records == 2 and not tally.broken
    kinds = kinds_of(found)
    assert kinds["Kabul"] == ("Kabul", "canonical") and kinds["KBL"] == ("Kabul", "abbreviation")
    assert kinds["کابل"][1] == kinds["Кабул"][1] == "native"
    assert kinds["Cabool"][1] == kinds["Kaboul"][1] == "romanisation"


def test_alternate_names_tell_language_and_kind(tmp_path: Path) -> None:
    path, alternates = packed(tmp_path, "AF.txt", PLACES + "\n"), packed(tmp_path, "alt.zip", ALTERNATES + "\n")
    (kabul, *_) = list(geonames.records(path, alternates))
    names = {n.text: (n.lang, n.kind) for n in kabul.names}
    assert names["کابل"] == ("fa", "") and names["Caubul"] == ("en", "former")
    assert names["KBL"] == ("", "abbreviation") and names["City of Gardens"] == ("en", "translation")
    assert not any("wikipedia" in name for name in names) and "Cabool" in names
    only = next(iter(geonames.records(path, alternates, langs=["fr"])))
    assert {n.lang for n in only.names} == {"", "fr"}


def entity(id_: str, class_: str, labels: dict[str, str], **more: Any) -> dict[str, Any]:
    def claim(value: Any, rank: str = "normal") -> dict[str, Any]:
        return {"rank": rank, "mainsnak": {"datavalue": {"value": value}}}

    claims = {"P31": [claim({"id": class_})]}
    claims |= {p: [claim(v) for v in values] for p, values in more.get("claims", {}).items()}
    return {
        "id": id_,
        "type": "item",
        "labels": {tag: {"language": tag, "value": v} for tag, v in labels.items()},
        "aliases": {tag: [{"language": tag, "value": v} for v in vs] for tag, vs in more.get("aliases", {}).items()},
        "claims": claims,
        "sitelinks": {f"{k}wiki": {} for k in range(more.get("links", 0))},
    }


ENTITIES = [
    entity("Q889", "Q6256", {"en": "Afghanistan", "fa": "افغانستان"}, claims={"P297": ["AF"]}),
    entity(
        "Q5838",
        "Q515",
        {"en": "Kabul", "fa": "کابل", "fr": "Kaboul", "pl": "Kabul"},
        aliases={"en": ["Cabool"]},
        claims={"P17": [{"id": "Q889"}], "P1082": [{"amount": "+4434550"}, {"amount": "+3000000"}]},
    ),
    entity(
        "Q1", "Q192283", {"en": "Khaama Press", "fa": "خامه پرس"}, aliases={"en": ["KNA", "Khaama News"]},
        claims={"P856": ["https://www.khaama.com/", "https://facebook.com/khaama"]}, links=12,
    ),
    entity("Q42", "Q5", {"en": "Douglas Adams"}),
]  # fmt: skip


def dump(entities: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(e, ensure_ascii=False) for e in entities) + "\n]\n"


@pytest.mark.parametrize("name", ["d.json", "d.json.gz", "d.json.bz2"])
def test_wikidata_dumps(tmp_path: Path, name: str) -> None:
    found = list(wikidata.records(packed(tmp_path, name, dump(ENTITIES))))
    assert [(r.id, r.type, r.country, r.prominence) for r in found] == [
        ("iso:AF", "place", "AF", 100_000_000),
        ("wd:Q5838", "place", "AF", 4434550),
        ("wd:Q1", "outlet", "", 120_000),
    ]
    kinds = kinds_of(found)
    assert kinds["khaama.com"] == ("Khaama Press", "domain") and "facebook.com/khaama" not in kinds
    assert kinds["KNA"][1] == "abbreviation"
    assert kinds["کابل"][1] == "native" and kinds["Kaboul"][1] == "translation"
    assert kinds["Cabool"][1] == "romanisation"


def test_wikidata_takes_other_classes(tmp_path: Path) -> None:
    path = packed(tmp_path, "d.json", dump(ENTITIES))
    found = list(wikidata.records(path, wanted=wikidata.with_classes(["Q5=person"])))
    assert [r.type for r in found] == ["place", "place", "outlet", "person"]
    with pytest.raises(UsageError):
        wikidata.with_classes(["person"])


def test_csv_with_columns_mapped(tmp_path: Path) -> None:
    text = (
        "Name;Variants;People\nMazar-e-Sharif;Mazari Sharif|Mazar-i-Sharif;500000\n;x;1\nHerat;;2.5e5\nKunduz;Konduz\n"
    )
    path = packed(tmp_path, "n.csv", text)
    tally = Tally()
    columns = {"canonical": "Name", "alias": "Variants", "prominence": "People"}
    found = list(csvfile.records(path, columns, {"type": "place"}, split="|", tally=tally))
    assert [(r.canonical, r.prominence, len(r.names)) for r in found] == [
        ("Mazar-e-Sharif", 500000, 2),
        ("Herat", 250000, 0),
    ]
    assert found[0].id == "place:Mazar-e-Sharif"
    assert tally.broken == 2 and "line 3" in tally.named[0] and "2 columns" in tally.named[1]
    with pytest.raises(UsageError, match='no column "Title"'):
        list(csvfile.records(path, {"canonical": "Title"}))
    with pytest.raises(UsageError, match="canonical names is not known"):
        list(csvfile.records(path))


def test_names_are_graded() -> None:
    names = ("Wagadugu", "Sale", "SLE", "", "x", "hu", "Ougadougou", "瓦", "Bath")
    kinds = kinds_of([Record("1", "place", "Ouagadougou", 2_400_000, "BF", tuple(map(Name, names)))])
    assert kinds["Ougadougou"][1] == "spelling" and kinds["SLE"][1] == "abbreviation"
    assert not {"", "x", "hu", "瓦"} & kinds.keys()
    small = kinds_of([Record("2", "place", "Bath", 90_000, "GB", ()), Record("3", "place", "Salé", 9_000, "MA", ())])
    assert small["Bath"][1] == "weak" and small["Sale"][1] == "weak" and small["Salé"][1] == "weak"


def test_a_name_that_is_anothers_canonical_is_never_rewritten() -> None:
    def kinds(people: int) -> list[tuple[str, str]]:
        salem = Record("1", "place", "Salem Town", 900_000, "IN", (Name("Salam Town"),))
        table = build.table_of([salem, Record("2", "place", "Salam Town", people, "YE", ())], "t")
        return list(zip(table.aliases, table.kinds, strict=True))

    both = [("Salem Town", "canonical"), ("Salam Town", "canonical")]
    assert kinds(900_000) == both, "where it is well known the name is left to it"
    assert kinds(900) == [both[0], ("Salam Town", "translation"), both[1]]


def test_a_pack_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANONYM_DATA", str(tmp_path))
    path = packed(tmp_path, "AF.txt", PLACES + "\n")
    tally = Tally()
    done = run.run(geonames.records(path, tally=tally), tally, build.target("afghans"), "canonym table import")
    assert done.target.path == tmp_path / "packs" / "afghans.index" and done.entities == 4
    best = Normaliser([open_table("afghans")]).resolve("Cabool").best
    assert best is not None and best.entity.id == "gn:1138958"
    again = tmp_path / "again.index"
    run.run(geonames.records(path), Tally(), build.Target(again, "index", "afghans"), "canonym table import")
    assert again.read_bytes() == done.target.path.read_bytes()
    with pytest.raises(TableError, match="no such table"):
        open_table("nowhere")


def test_a_table_of_an_import_reads_back_and_is_sorted(tmp_path: Path) -> None:
    from canonym.check import check
    from canonym.table import read

    path = packed(tmp_path, "AF.txt", PLACES + "\n")
    run.run(geonames.records(path), Tally(), build.target(str(tmp_path / "t.csv")), "x")
    assert read(tmp_path / "t.csv").aliases
    assert not check(tmp_path / "t.csv").errors


# -- what is broken ----------------------------------------------------------------------------------------


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.is_file())


@pytest.mark.parametrize(
    ("name", "source"),
    [("AF.txt.gz", "geonames"), ("AF.zip", "geonames"), ("d.json.gz", "wikidata"), ("d.json.bz2", "wikidata"),
     ("AF.txt", "geonames"), ("d.json", "wikidata")],
)  # fmt: skip
def test_a_download_cut_short_makes_nothing(tmp_path: Path, name: str, source: str) -> None:
    text = (PLACES + "\n") * 200 if source == "geonames" else dump(ENTITIES * 50)
    path = packed(tmp_path, name, text)
    path.write_bytes(path.read_bytes()[: -60 if "." in name[3:] or name.endswith("json") else -30])
    out = tmp_path / "out"
    out.mkdir()
    records = geonames.records(path) if source == "geonames" else wikidata.records(path)
    with pytest.raises(TableError, match="cut short") as raised:
        run.run(records, Tally(), build.Target(out / "x.index", "index"), "x")
    assert "Download it again" in raised.value.remedy and left(out) == []


def test_accents_of_another_language_are_a_translation_of_a_name_that_is_known() -> None:
    def kinds(canonical: str, country: str, *names: str) -> dict[str, str]:
        found = kinds_of([Record("1", "place", canonical, 1_000_000, country, tuple(map(Name, names)))])
        return {name: kind for name, (_, kind) in found.items()}

    sofia = {"Sofia": "canonical", "Sofía": "translation", "Sōfia": "romanisation"}
    assert kinds("Sofia", "BG", "Sofía", "Sōfia") == sofia
    assert kinds("Tokyo", "JP", "Tōkyō")["Tōkyō"] == "romanisation"
    assert kinds("Shibirghan", "AF", "Shibirghán")["Shibirghán"] == "romanisation", "no other word"


def test_another_kind_of_file_is_refused_at_once(tmp_path: Path) -> None:
    path = packed(tmp_path, "x.txt", "a\tb\tc\n" * 100)
    with pytest.raises(TableError, match="3 columns instead of 19"):
        list(geonames.records(path))
    with pytest.raises(TableError, match="no JSON object"):
        list(wikidata.records(path))
    whole = packed(tmp_path, "AF.txt", PLACES + "\n")
    with pytest.raises(TableError, match="3 columns, or no id"):
        list(geonames.records(whole, path))
    with pytest.raises(TableError, match="no such file"):
        list(geonames.records(tmp_path / "none.txt"))
    with pytest.raises(TableError, match=r"no y\.txt in the archive|damaged"):
        list(geonames.records(packed_without_text(tmp_path)))


def packed_without_text(folder: Path) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.csv", "x")
    (folder / "y.zip").write_bytes(data.getvalue())
    return folder / "y.zip"


def test_broken_lines_are_left_out_and_named(tmp_path: Path) -> None:
    tally = Tally()
    path = packed(tmp_path, "AF.txt", PLACES + "\nbroken\n" + place("9", "Kunduz", population="many") + "\n")
    assert len(list(geonames.records(path, tally=tally))) == 4
    assert tally.broken == 2 and "line 6: 1 columns" in tally.named[0] and '"many"' in tally.named[1]
    lines = dump(ENTITIES).splitlines(keepends=True)
    lines.insert(2, '{"id":"Q9","claims":{"P31":[{"id":"Q515"}]},,},\n')
    tally = Tally()
    assert len(list(wikidata.records(packed(tmp_path, "d.json", "".join(lines)), tally=tally))) == 3
    assert tally.broken == 1 and "line 3: broken JSON" in tally.named[0]


def test_a_full_disk_leaves_the_old_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to = build.Target(tmp_path / "x.index", "index")
    path = packed(tmp_path, "AF.txt", PLACES + "\n")
    run.run(geonames.records(path), Tally(), to, "x")
    before = to.path.read_bytes()

    class Full(io.FileIO):
        def writelines(self, lines: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("canonym.indexfile.os.fdopen", lambda handle, mode: Full(handle, mode))
    with pytest.raises(OSError, match="No space left") as raised:
        run.run(geonames.records(path, countries=["XX"]), Tally(), to, "x")
    assert str(raised.value.filename) == str(to.path)
    assert to.path.read_bytes() == before and left(tmp_path) == ["AF.txt", "x.index"]
    assert open_index(to.path).size


def test_nothing_wanted_is_said(tmp_path: Path) -> None:
    path = packed(tmp_path, "AF.txt", PLACES + "\n")
    with pytest.raises(TableError, match="nothing was found"):
        run.run(geonames.records(path, countries=["ZZ"]), Tally(), build.Target(tmp_path / "x.index", "index"), "x")
    with pytest.raises(UsageError, match="no pack and no file"):
        build.target("a/b.txt")


def test_countries_go_by_their_short_names(tmp_path: Path) -> None:
    path = packed(tmp_path, "AF.txt", PLACES + "\n")
    country = list(geonames.records(path))[1]
    assert country.canonical == "Afghanistan"
    assert "Islamic Republic of Afghanistan" in {n.text for n in country.names}
