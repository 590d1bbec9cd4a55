"""From files to files: nothing is lost, nothing is left half-written, and everything can be undone."""

import bz2
import gzip
import io
import json
import lzma
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pyarrow as pa_untyped
import pyarrow.parquet as pq_untyped
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonym.corpus.undo import undo
from canonym.model import CanonymError, Document, Edit, Entity, IndexFileError, Mention, Result, UsageError
from canonym.pipeline import Job, Progress, run, spool, texts
from canonym.rewrite import apply

pa: Any = pa_untyped
pq: Any = pq_untyped

KABUL = Entity("geonames:1138958", "place", "Kabul", 4_434_550, "AF")
NAMES = {"Kabool": "Kabul", "Xian": 'Xi"an, "é', "é": "Ā\n", "\U0001f600": ""}
PATTERN = re.compile("|".join(NAMES))


def rename(texts: Sequence[str]) -> list[Result]:
    """A small matcher: some names, some of which bring characters that formats escape."""
    out = []
    for text in texts:
        edits = tuple(Edit(m.start(), m.end(), m[0], NAMES[m[0]], "alias", NAMES[m[0]]) for m in PATTERN.finditer(text))
        mentions = tuple(
            Mention(m.start(), m.end(), m[0], KABUL, "alias", "spelling", 0.98765) for m in re.finditer("Kabool", text)
        )
        out.append(Result(apply(text, edits), edits, mentions))
    return out


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))


PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": lambda data: zstandard.ZstdCompressor().compress(data),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.decompress,
    ".zst": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}

WORDS = st.lists(
    st.sampled_from(["Kabool", "Xian", "é", "\U0001f600", " ", "\n", "\r\n", '"', ",", "\\", "x"]), max_size=8
).map("".join)


@st.composite
def corpora(draw: st.DrawFn) -> dict[str, bytes]:
    """A folder with a file of each text format, in several encodings and compressions."""
    texts = draw(st.lists(WORDS, max_size=5))
    ascii_only = draw(st.booleans())
    mark = draw(st.sampled_from(["", "\ufeff"]))
    lines = [json.dumps({"id": i, "text": t}, ensure_ascii=ascii_only) for i, t in enumerate(texts)]
    quoted = ['"' + t.replace('"', '""') + '"' for t in texts]
    bare = [q if set(t) & set('",\r\n') or not t else t for t, q in zip(texts, quoted, strict=True)]
    plain = {
        "a/lines.jsonl": mark + draw(st.sampled_from(["\n", "\r\n"])).join([*lines, "{broken", ""]),
        "table.csv": mark + "\r\n".join(["text,n", *(f"{b},1" for b in bare), *(f"{q},2" for q in quoted)]),
        "b.tsv": "n\ttext\n" + "".join(f"1\t{q}\n" for q in quoted),
        "text.txt": mark + "".join(texts),
    }
    out = {}
    for name, content in plain.items():
        ending = draw(st.sampled_from(list(PACK)))
        out[name + ending] = PACK[ending](content.encode())
    out["wide.txt"] = "".join(texts).encode("utf-16")
    out["bad.txt"] = b"Kabool \xff"
    return out


@given(corpora(), st.integers(1, 200))
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_undo_gives_the_input_back(
    tmp_path_factory: pytest.TempPathFactory, corpus: dict[str, bytes], size: int
) -> None:
    top = tmp_path_factory.mktemp("corpus")
    for name, data in corpus.items():
        (top / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (top / "in" / name).write_bytes(data)
    log = str(top / "log.jsonl")
    job = Job((str(top / "in"),), str(top / "out"), edits=log, block_bytes=size)
    summary = run(job, rename)
    whole = run(Job((str(top / "in"),), str(top / "out2")), rename)
    assert (summary.changes, summary.documents) == (whole.changes, whole.documents)
    assert {f.name.rpartition("/")[2].split(":")[0].split(".")[0] for f in summary.failures} == {
        "bad",
        "lines",
    }
    assert files(top / "out") == sorted([*corpus, "failures.jsonl"])
    done = undo([str(top / "out")], log, str(top / "back"))
    assert (done.files, done.documents, done.edits) == (len(corpus), summary.changed, summary.edits)
    for name, data in corpus.items():
        unpack = UNPACK.get(Path(name).suffix, bytes)
        assert unpack((top / "back" / name).read_bytes()) == unpack(data)
        one, two = (top / "out" / name).read_bytes(), (top / "out2" / name).read_bytes()
        assert unpack(one) == unpack(two)
    undo([str(top / "out")], log, in_place=True)
    for name, data in corpus.items():
        unpack = UNPACK.get(Path(name).suffix, bytes)
        assert unpack((top / "out" / name).read_bytes()) == unpack(data)


def table() -> Any:
    texts = ["in Kabool", None, "x", "Xian Xian"]
    return pa.table(
        {
            "text": pa.array(texts, pa.large_string()),
            "title": pa.array(texts).dictionary_encode(),
            "n": pa.array([1, 2, 3, 4], pa.int8()),
            "id": ["a", "b", None, "d"],
        },
    ).replace_schema_metadata({"made": "by hand", "huggingface": "{}"})


def test_parquet_keeps_all_but_its_texts(here: Path) -> None:
    compression = {"text": "zstd", "title": "none", "n": "gzip", "id": "snappy"}
    pq.write_table(table(), "a.parquet", row_group_size=2, compression=compression)
    (here / "a.parquet.gz").write_bytes(gzip.compress((here / "a.parquet").read_bytes()))
    job = Job(("a.parquet", "a.parquet.gz"), "out", column=("text", "title"), edits="log.jsonl.gz")
    summary = run(job, rename)
    assert (summary.documents, summary.changed, summary.edits) == (12, 8, 12)
    for name in ("out/a.parquet", "out/a.parquet.gz"):
        out = pq.ParquetFile(io.BytesIO(UNPACK[name[13:]]((here / name).read_bytes())))
        assert out.schema_arrow.equals(table().schema, check_metadata=True)
        assert out.metadata.num_row_groups == 2
        compressions = [out.metadata.row_group(0).column(i).compression for i in range(4)]
        assert compressions == ["ZSTD", "UNCOMPRESSED", "GZIP", "SNAPPY"]
        found = out.read().to_pydict()
        assert found["text"] == found["title"] == ["in Kabul", None, "x", 'Xi"an, "é Xi"an, "é']
        assert found["n"] == [1, 2, 3, 4]
    undo(["out"], "log.jsonl.gz", "back")
    unpacked = io.BytesIO(gzip.decompress((here / "back/a.parquet.gz").read_bytes()))
    for back in (pq.read_table("back/a.parquet"), pq.read_table(unpacked)):
        assert back.schema.equals(table().schema, check_metadata=True)
        assert back.to_pydict() == table().to_pydict()


def test_a_row_group_that_fills_the_memory_is_divided(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canonym.corpus.parquet._MOST", 2000)
    whole = pa.table({"text": pa.array([f"{n} Kabool" for n in range(500)]).dictionary_encode(), "n": range(500)})
    pq.write_table(whole, "a.parquet", row_group_size=400)
    parts = []
    for size in (100, 4 << 20):
        run(Job(("a.parquet",), f"{size}.parquet", edits=f"{size}.log", block_bytes=size), rename)
        out = pq.ParquetFile(f"{size}.parquet")
        assert out.read().column("text").to_pylist() == [f"{n} Kabul" for n in range(500)]
        parts.append([out.metadata.row_group(i).num_rows for i in range(out.metadata.num_row_groups)])
        undo([f"{size}.parquet"], f"{size}.log", f"back{size}.parquet")
        assert pq.read_table(f"back{size}.parquet").to_pydict() == whole.to_pydict()
    assert parts[0] == parts[1] and len(parts[0]) > 3 and sum(parts[0]) == 500


def test_parquet_gets_mentions(here: Path) -> None:
    pq.write_table(table(), "a.parquet")
    pq.write_table(table().slice(0, 0), "empty.parquet")
    run(Job(("a.parquet", "empty.parquet"), "out", mode="annotate"), rename)
    run(Job(("out",), "out2", mode="annotate"), rename)
    for folder in ("out", "out2"):
        out = pq.read_table(f"{folder}/a.parquet")
        mention = {"start": 3, "end": 9, "text": "Kabool", "canonical": "Kabul", "id": KABUL.id}
        mention |= {"type": "place", "match": "alias", "score": 0.9877}
        assert out.column("mentions").to_pylist() == [[mention], None, [], []]
        assert out.drop(["mentions"]).equals(table())
        assert b"huggingface" not in out.schema.metadata
        assert pq.read_table(f"{folder}/empty.parquet").num_rows == 0


def test_faults_of_parquet(here: Path) -> None:
    (here / "in").mkdir()
    pq.write_table(table(), "in/a.parquet")
    (here / "in/b.parquet").write_bytes((here / "in/a.parquet").read_bytes()[:-50])
    with pytest.raises(UsageError, match=r"in/a.parquet: no column 'body'. .*there are: text, title, n, id"):
        run(Job(("in/a.parquet",), "out", text_key="body"), rename)
    with pytest.raises(UsageError, match="holds int8, not text"):
        run(Job(("in/a.parquet",), "out", column=("n",)), rename)
    summary = run(Job(("in",), "out"), rename)
    assert [f.name for f in summary.failures] == ["in/b.parquet"]
    assert files(here / "out") == ["a.parquet", "failures.jsonl"]


def test_standard_streams(here: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    stdin(monkeypatch, b"in Kabool\r\n")
    summary = run(Job(edits="log"), rename)
    out = capfdbinary.readouterr().out
    assert out == b"in Kabul\r\n"
    assert [(c.before, c.after, c.count, c.documents) for c in summary.changes] == [("Kabool", "Kabul", 1, 1)]
    (here / "saved").write_bytes(out)
    undo(["saved"], "log")
    assert capfdbinary.readouterr().out == b"in Kabool\r\n"
    assert json.loads((here / "log").read_text().splitlines()[-1])["output"] == "-"


def test_json_lines_run_together_but_keep_their_lines(here: Path, capfdbinary: Any) -> None:
    for name, data in {"a": '{"text":"1"}', "b": "", "c": '{"text":"2"}\n', "d": '{"text":"3"}'}.items():
        (here / f"{name}.jsonl").write_text(data)
    run(Job(("*.jsonl",)), rename)
    assert capfdbinary.readouterr().out == b'{"text":"1"}\n{"text":"2"}\n{"text":"3"}'
    with pytest.raises(UsageError, match="edit log needs"):
        run(Job(("*.jsonl",), edits="log"), rename)


def test_annotate_writes_mentions(here: Path) -> None:
    (here / "a.txt").write_text("in Kabool")
    (here / "b.csv").write_text("text\nin Kabool\n")
    (here / "c.jsonl").write_text('{"text": "in Kabool", "mentions": 5, "x": 1}\n{"text": null}\n')
    summary = run(Job(("a.txt", "b.csv", "c.jsonl"), "out", mode="annotate"), rename)
    assert [(m.canonical, m.count, m.documents) for m in summary.mentions] == [("Kabul", 3, 3)]
    assert (summary.changed, summary.changes) == (0, ())
    mention = json.loads((here / "out/a.txt.jsonl").read_text())["mentions"][0]
    assert (mention["start"], mention["end"], mention["canonical"], mention["score"]) == (
        3,
        9,
        "Kabul",
        0.9877,
    )
    assert (here / "out/b.csv").read_text().startswith('text,mentions\nin Kabool,"[{""start"": 3,')
    line = json.loads((here / "out/c.jsonl").read_text().splitlines()[0])
    assert list(line) == ["text", "mentions", "x"]
    assert line["mentions"] == [mention]
    with pytest.raises(UsageError, match="no edit log"):
        run(Job(("a.txt",), "out", mode="annotate", edits="log"), rename)


def test_a_document_for_which_the_process_fails_passes(here: Path) -> None:
    (here / "a.jsonl").write_text("".join(f'{{"text":"Kabool {i}"}}\n' for i in range(9)))

    def process(texts: Sequence[str]) -> list[Result]:
        if any("7" in text for text in texts):
            raise ValueError("seven")
        results = rename(texts)
        return [Result("other") if "3" in t else r for t, r in zip(texts, results, strict=True)]

    summary = run(Job(("a.jsonl",), "b.jsonl"), process)
    assert [f.name for f in summary.failures] == ["a.jsonl:4", "a.jsonl:8"]
    assert "ValueError: seven" in summary.failures[1].problem
    lines = (here / "b.jsonl").read_text().splitlines()
    assert [i for i, line in enumerate(lines) if "Kabool" in line] == [3, 7]
    assert summary.changed == 7
    known = [json.loads(line) for line in (here / "b.jsonl.failures.jsonl").read_text().splitlines()]
    assert [list(line) for line in known] == [["document", "problem", "remedy"]] * 2
    run(Job(("a.jsonl",), "b.jsonl"), rename)
    assert files(here) == ["a.jsonl", "b.jsonl"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, FileNotFoundError, IndexFileError("damaged")])
def test_an_interrupt_leaves_nothing_half_written(here: Path, error: BaseException | type[BaseException]) -> None:
    for name in "ab":
        (here / f"{name}.jsonl").write_text('{"text":"Kabool"}\n' * 20)
    left = 5

    def process(texts: Sequence[str]) -> list[Result]:
        nonlocal left
        left -= len(texts)
        if left < 0:
            raise error
        return rename(texts)

    with pytest.raises(type(error) if isinstance(error, BaseException) else error):
        run(Job(("a.jsonl", "b.jsonl"), "out", edits="log", block_bytes=40), process)
    assert [n for n in files(here) if n not in ("a.jsonl", "b.jsonl")] == []
    left = 30
    with pytest.raises(type(error) if isinstance(error, BaseException) else error):
        run(Job(("a.jsonl", "b.jsonl"), "out", edits="log", block_bytes=40), process)
    there = [n for n in files(here) if n not in ("a.jsonl", "b.jsonl")]
    assert [n for n in there if "/.canonym-unfinished-" not in n] == ["log", "out/a.jsonl"]
    undo(["out"], "log", "back")
    assert (here / "back/a.jsonl").read_bytes() == (here / "a.jsonl").read_bytes()


def test_broken_files_in_a_folder(here: Path) -> None:
    (here / "in/e.txt").mkdir(parents=True)
    (here / "in/e.txt/inner.txt").write_text("Kabool")
    good = gzip.compress(b'{"text":"Kabool"}\n' * 999)
    (here / "in/a.jsonl.gz").write_bytes(good[:-20])
    (here / "in/b.jsonl.zst").write_bytes(PACK[".zst"](bytes(range(256)) * 99)[:-20])
    (here / "in/c.jsonl.xz").write_bytes(b"no xz at all")
    (here / "in/d.txt").symlink_to("nowhere")
    (here / "in/f.csv").write_text("a,b\n1,2\n")
    (here / "in/empty.csv").write_text("")
    (here / "in/g.txt.gz").write_bytes(gzip.compress(b"Kabool") + gzip.compress(b"!"))
    summary = run(Job(("in",), "out", edits="log", block_bytes=64), rename)
    assert [f.name for f in summary.failures] == [
        "in/a.jsonl.gz", "in/b.jsonl.zst", "in/c.jsonl.xz", "in/d.txt",
    ]  # fmt: skip
    assert "cut short" in summary.failures[0].problem
    assert "cut short" in summary.failures[1].problem
    assert all(f.remedy for f in summary.failures)
    assert files(here / "out") == ["e.txt/inner.txt", "empty.csv", "failures.jsonl", "g.txt.gz"]
    assert gzip.decompress((here / "out/g.txt.gz").read_bytes()) == b"Kabul!"
    assert not (here / "out/f.csv").exists() and len(summary.left_out) == 1
    assert undo(["out"], "log", "back").files == 3
    assert summary.failures_file == "out/failures.jsonl"


def test_a_named_table_without_the_column_is_refused_before_anything_is_written(here: Path) -> None:
    (here / "a.txt").write_text("Kabool")
    (here / "b.csv").write_text("body;n\nKabool;1\n")
    with pytest.raises(UsageError, match=r"b.csv: no column 'text'. Name one with --column; there are: body, n"):
        run(Job(("a.txt", "b.csv"), "out"), rename)
    assert not (here / "out").exists()
    assert run(Job(("a.txt", "b.csv"), "out", column=("body",)), rename).changed == 2


def test_a_dry_run_writes_nothing(here: Path) -> None:
    (here / "a.jsonl").write_text('{"text":"Kabool","id":7}\n{broken\n')
    seen: list[tuple[Document, Result]] = []
    job = Job(("a.jsonl",), "out/b.jsonl", edits="log", dry_run=True)
    summary = run(job, rename, on_document=lambda d, r: seen.append((d, r)))
    assert files(here) == ["a.jsonl"]
    assert [(d.name, d.id, r.text) for d, r in seen] == [("a.jsonl:1", "7", "Kabul")]
    assert (summary.changed, summary.failed, summary.outputs) == (1, 1, ())
    assert json.loads(json.dumps(summary.as_dict()))["changes"][0]["after"] == "Kabul"


def test_progress(here: Path) -> None:
    for name in "ab":
        (here / f"{name}.jsonl").write_text('{"text":"Kabool"}\n' * 20)
    seen: list[Progress] = []
    run(Job(("*.jsonl",), "out", block_bytes=40), rename, seen.append)
    assert seen[-1] == Progress(40, 40, 0, 720, 720, "b.jsonl")
    assert [p.documents for p in seen] == sorted(p.documents for p in seen)


def test_texts_and_spool(here: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    (here / "b.csv").write_text("id,text\nz,Kabool\n")
    stdin(monkeypatch, b'{"text":"Kabool"}\n{\n')
    with spool(Job(("-",), format="jsonl")) as job:
        assert [d.text for d in texts(job)] == ["Kabool"]
        assert [d.name for d in texts(job)] == ["-:1"]
        assert run(job, rename).failed == 1
    assert capfdbinary.readouterr().out == b'{"text":"Kabul"}\n{\n'
    assert list(texts(Job(("b.csv",)))) == [Document("b.csv:2", "Kabool", "z")]


def test_undo_refuses_what_it_cannot_do(here: Path) -> None:
    for name in "ab":
        (here / f"{name}.jsonl").write_text('{"text":"Kabool"}\n' * 20)
    run(Job(("a.jsonl", "b.jsonl"), "out", edits="log"), rename)
    (here / "back").mkdir()
    with pytest.raises(UsageError, match="run together"):
        undo(["out"], "log")
    with pytest.raises(UsageError, match="exists"):
        undo(["out/a.jsonl"], "log", "out/b.jsonl")
    with pytest.raises(UsageError, match="in place"):
        undo(["out"], "log", "back", in_place=True)
    with pytest.raises(UsageError, match="not there"):
        undo(["nothing"], "log", "back")
    with pytest.raises(CanonymError, match="not an edit log"):
        undo(["out"], "a.jsonl", "back")
    with pytest.raises(CanonymError, match="cannot be read"):
        undo(["out"], "missing", "back")
    (here / "short").write_bytes((here / "log").read_bytes()[:-9])
    with pytest.raises(CanonymError, match="cut short"):
        undo(["out"], "short", "back")
    (here / "c.jsonl").write_text("{}")
    with pytest.raises(CanonymError, match="not in the log"):
        undo(["c.jsonl"], "log", "back")
    (here / "moved").write_bytes((here / "out/b.jsonl").read_bytes())
    (here / "out/b.jsonl").write_text((here / "out/b.jsonl").read_text() + "\n")
    with pytest.raises(CanonymError, match="changed since"):
        undo(["out/b.jsonl"], "log", "back")
    with pytest.raises(CanonymError, match="changed since"):
        undo(["out/b.jsonl"], "log")
    assert files(here / "back") == []
    undo(["out/a.jsonl"], "log", "back")
    assert (here / "back/a.jsonl").read_bytes() == (here / "a.jsonl").read_bytes()


def test_undo_changes_all_files_or_none(here: Path) -> None:
    for name in "abc":
        (here / f"{name}.txt").write_text(f"{name} in Kabool")
    (here / "d.txt").write_text("nothing")
    run(Job(("a.txt", "b.txt", "c.txt", "d.txt"), "out", edits="log"), rename)
    outputs = {name: (here / "out" / name).read_text() for name in files(here / "out")}
    (here / "out/b.txt").write_text("changed")
    (here / "out/c.txt").write_text("changed too")
    for place in ({"in_place": True}, {"destination": "back/new"}):
        with pytest.raises(CanonymError, match=r"so were out.c.txt\).*nothing is undone"):
            undo(["out"], "log", **place)
    assert not (here / "back").exists()
    assert (here / "out/a.txt").read_text() == outputs["a.txt"]
    (here / "out/b.txt").write_text(outputs["b.txt"])
    (here / "out/c.txt").write_text("c in Kabool")  # as a call that was stopped leaves it
    done = undo(["out"], "log", in_place=True)
    assert (done.files, done.already, done.edits) == (3, 1, 2)
    again = undo(["out"], "log", in_place=True)
    assert (again.files, again.already, again.edits) == (1, 3, 0)
    assert [(here / "out" / f"{n}.txt").read_text() for n in "abc"] == [f"{n} in Kabool" for n in "abc"]


def test_undo_leaves_nothing_where_the_log_was_changed(here: Path) -> None:
    for name in "ab":
        (here / f"{name}.txt").write_text(f"{name} in Kabool")
    run(Job(("a.txt", "b.txt"), "out", edits="log"), rename)
    lines = (here / "log").read_text().splitlines(keepends=True)
    (here / "log").write_text("".join(x.replace("Kabool", "Kabbol") if '"b.txt"' in x else x for x in lines))
    with pytest.raises(CanonymError, match="would not come back"):
        undo(["out"], "log", "back/new")
    assert not (here / "back").exists()


def test_the_log_tells_each_edit(here: Path) -> None:
    (here / "a.csv").write_text("text,id\nXian,7\n")
    run(Job(("a.csv",), "b.csv", edits="log.zst", provenance={"table": "abc"}), rename)
    lines = [json.loads(x) for x in UNPACK[".zst"]((here / "log.zst").read_bytes()).splitlines()]
    assert lines[0]["kind"] == "edits"
    assert lines[0]["table"] == "abc"
    assert lines[1]["file"] == "a.csv"
    assert (lines[1]["document"], lines[1]["id"]) == ("a.csv:2", "7")
    assert lines[1]["patches"] == [{"at": 8, "before": "Xian", "after": '"Xi""an, ""é"'}]
    assert lines[1]["edits"][0]["after"] == 'Xi"an, "é'
    assert (lines[2]["documents"], lines[2]["edits"]) == (1, 1)


def test_devices_stay_devices(here: Path) -> None:
    (here / "a.txt").write_text("Kabool")
    run(Job(("a.txt",), "/dev/null", edits="/dev/null"), rename)
    assert not Path("/dev/null").is_file()


def test_links_stay_links_and_keep_their_mode(here: Path) -> None:
    (here / "a.txt").write_text("Kabool")
    (here / "real.txt").write_text("old")
    (here / "real.txt").chmod(0o640)
    (here / "link.txt").symlink_to("real.txt")
    run(Job(("a.txt",), "link.txt"), rename)
    assert (here / "link.txt").is_symlink()
    assert (here / "real.txt").read_text() == "Kabul"
    assert (here / "real.txt").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("form", ["txt", "csv", "jsonl"])
@given(st.lists(st.text('é Kabol"\n,', max_size=9), max_size=4), st.integers(1, 50))
@settings(deadline=None, max_examples=8)
def test_undo_knows_encodings(encoding: str, form: str, lines: list[str], size: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "a")
        fields = [line.replace('"', '""') for line in lines]
        content = {
            "txt": "".join(lines) + "Kabool",
            "csv": "".join(f'"{field}"\r\n' for field in ["text", *fields, "Kabool"]),
            "jsonl": "".join(json.dumps({"text": x}, ensure_ascii=False) + "\n" for x in [*lines, "Kabool"]),
        }[form]
        path.write_bytes(content.encode(encoding))
        job = Job((str(path),), f"{path}.out", format=form, encoding=encoding, edits=f"{path}.log", block_bytes=size)
        summary = run(job, lambda texts: [replace_one(text, "ü") for text in texts])
        assert summary.changed
        assert not summary.failed
        assert "Kabül" in Path(f"{path}.out").read_bytes().decode(encoding)
        undo([f"{path}.out"], f"{path}.log", f"{path}.back")
        assert Path(f"{path}.back").read_bytes() == path.read_bytes()


def replace_one(text: str, letter: str) -> Result:
    edits = tuple(Edit(m.start(), m.end(), m[0], f"Kab{letter}l", "alias") for m in re.finditer("Kabool", text))
    return Result(apply(text, edits), edits)


def test_pipes_are_inputs(here: Path) -> None:
    os.mkfifo(here / "pipe")
    for _ in range(2):
        writer = threading.Thread(target=(here / "pipe").write_bytes, args=(b"Kabool",))
        writer.start()
        with spool(Job(("pipe",), "out.txt")) as job:
            assert [d.text for d in texts(job)] == ["Kabool"]
            run(job, rename)
        writer.join()
        assert (here / "out.txt").read_text() == "Kabul"


def test_an_output_that_cannot_be_written(here: Path) -> None:
    (here / "a.txt").write_text("Kabool")
    with pytest.raises(CanonymError, match="cannot be written"):
        run(Job(("a.txt",), "a.txt/b.txt"), rename)


@pytest.mark.parametrize("encoding", ["utf-7", "iso2022_jp", "rot13", "no such"])
def test_encodings_that_cannot_be_patched(here: Path, encoding: str) -> None:
    (here / "a.txt").write_text("Kabool")
    with pytest.raises(UsageError, match=r"encoding|edited in place"):
        run(Job(("a.txt",), "b.txt", encoding=encoding), rename)


def test_files_of_other_kinds_in_a_folder_are_told(tmp_path: Path) -> None:
    here = tmp_path / "in"
    here.mkdir()
    for name in ("a.txt", "b.html", "c.HTML", "d", ".hidden.log", "e.log"):
        (here / name).write_text("Shiberghan fell.\n", "utf-8")
    summary = run(Job((str(here),), str(tmp_path / "out")), lambda texts: [Result(t) for t in texts])
    (told,) = summary.left_out
    assert told.startswith("4 files of other kinds were not read (.html 2, .log 1, no ending 1)")
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == ["a.txt"]


@pytest.mark.parametrize("given", ["in", "in/*", "in/**/*.*"])
def test_pipes_that_nobody_named_are_left_out_and_told(here: Path, given: str) -> None:
    (here / "in/sub").mkdir(parents=True)
    for name in ("in/b.txt", "in/log.jsonl", "in/sub/c.txt"):
        os.mkfifo(here / name)
    (here / "in/a.txt").write_text("Kabool", "utf-8")
    (here / "in/sub/d.txt").write_text("Kabool", "utf-8")
    (here / "in/link.txt").symlink_to("a.txt")
    (here / "in/there.txt").symlink_to("b.txt")
    code = f"""
from canonym.model import Result
from canonym.pipeline import Job, run
summary = run(Job(({given!r},), "out"), lambda texts: [Result(t) for t in texts])
print(*sorted(summary.outputs), *summary.left_out, sep="\\n")
"""
    # A process of its own, since a pipe that is opened holds one up for ever.
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [
        *(f"out/{name}.txt" for name in ("a", "link", "sub/d")),
        "4 pipes, sockets or devices were not read (in/b.txt, in/log.jsonl, in/sub/c.txt, in/there.txt). "
        "Give a pipe by its own name to have it read",
    ]


def test_a_folder_of_pipes_alone_says_so(here: Path) -> None:
    (here / "in").mkdir()
    os.mkfifo(here / "in/b.txt")
    for one in ("in", "in/*"):
        with pytest.raises(UsageError, match=r"in/b\.txt is no file but a pipe"):
            run(Job((one,), "out"), rename)


def test_a_table_among_texts_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("in Kabool", "utf-8")
    (tmp_path / "in/b.csv").write_text("body,n\nKabool,1\n", "utf-8")
    job = Job((str(tmp_path / "in"),), str(tmp_path / "out"))
    summary = run(job, lambda texts: [Result(t) for t in texts])
    assert summary.failed == 0 and [Path(p).name for p in summary.outputs] == ["a.txt"]
    assert len(summary.left_out) == 1 and "no column 'text'" in summary.left_out[0]
    (tmp_path / "in/a.txt").unlink()
    with pytest.raises(UsageError, match="no column 'text'"):
        run(job, lambda texts: [Result(t) for t in texts])
    asked = Job((str(tmp_path / "in"),), str(tmp_path / "out"), column=("title",))
    assert run(asked, lambda texts: [Result(t) for t in texts]).failed == 1
