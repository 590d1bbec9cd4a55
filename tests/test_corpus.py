"""Readers and writers change the bytes of edited spans and no others."""

import csv
import io
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonym.corpus import delimited, jsonl, plain
from canonym.corpus.block import Block, raw_offsets
from canonym.corpus.delimited import Dialect
from canonym.corpus.formats import Kind, Options, kind
from canonym.corpus.line import ESCAPE
from canonym.corpus.plan import find, make
from canonym.corpus.stream import chunks, sniff
from canonym.model import DocumentError, Edit, Result, UsageError
from canonym.rewrite import apply

Reader = Callable[..., Any]
HARD = 'ab"\\,;\t\n\r é\u2028\u0001\U0001f600“'
TEXTS = st.text(HARD, max_size=12)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def read(reader: Reader, data: bytes, options: Options, size: int = 1 << 20) -> list[Block]:
    return list(reader("f", iter(pieces(data, size)), options))


def documents(blocks: Sequence[Block]) -> list[str]:
    return [document.text for block in blocks for document in block.documents]


def unchanged(blocks: Sequence[Block]) -> bytes:
    return written(blocks, lambda text: Result(text))


def written(blocks: Sequence[Block], process: Callable[[str], Result]) -> bytes:
    out = b""
    for block in blocks:
        payload = block.outcome([process(d.text) for d in block.documents], len(out)).payload
        assert isinstance(payload, bytes)
        out += payload
    return out


@st.composite
def edits(draw: st.DrawFn, text: str) -> tuple[Edit, ...]:
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return tuple(
        Edit(a, b, text[a:b], draw(st.text(HARD, max_size=4)), "alias")
        for a, b in zip(points[::2], points[1::2], strict=False)
    )


def plans_for(draw: Callable[[Any], Any], texts: Sequence[str]) -> dict[str, Result]:
    out = {}
    for text in texts:
        plan = draw(edits(text))
        out[text] = Result(apply(text, plan), plan)
    return out


BLANKS = st.sampled_from(["", " ", "\t "])
FIELDS = st.dictionaries(
    st.sampled_from(["id", "text ", "te\"xt", "{", "é"]),
    st.recursive(st.none() | TEXTS | st.integers() | st.booleans(), lambda s: st.lists(s, max_size=2)
                 | st.dictionaries(st.sampled_from(["text", "}"]), s, max_size=2), max_leaves=4),
    max_size=3,
)  # fmt: skip


@st.composite
def json_lines(draw: st.DrawFn) -> tuple[bytes, list[str]]:
    """JSON lines in many hands, and the texts they hold."""
    lines, texts = [], []
    for _ in range(draw(st.integers(0, 4))):
        text = draw(TEXTS)
        members = [(k, json.dumps(v, ensure_ascii=draw(st.booleans()))) for k, v in draw(FIELDS).items()]
        literal = json.dumps(text, ensure_ascii=draw(st.booleans()))
        if draw(st.booleans()):
            literal = literal.replace("a", "\\u0061").replace("\\n", "\\u000A")
        members.insert(draw(st.integers(0, len(members))), ("text", literal))
        parts = [
            draw(BLANKS) + json.dumps(k) + draw(BLANKS) + ":" + draw(BLANKS) + v + draw(BLANKS) for k, v in members
        ]
        lines.append(draw(BLANKS) + "{" + ",".join(parts) + "}" + draw(BLANKS) + draw(st.sampled_from(["", "\r"])))
        texts.append(text)
        if draw(st.booleans()):
            lines.append(draw(BLANKS))
    data = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + data.encode(), texts


@given(json_lines(), st.integers(1, 40), st.data())
@settings(deadline=None)
def test_json_lines_change_only_where_edited(case: tuple[bytes, list[str]], size: int, data: st.DataObject) -> None:
    raw, texts = case
    blocks = read(jsonl.blocks, raw, Options(), size)
    assert documents(blocks) == texts
    assert not [f for block in blocks for f in block.failures]
    assert unchanged(blocks) == raw
    plans = plans_for(data.draw, texts)
    out = written(blocks, plans.__getitem__)
    again = read(jsonl.blocks, out, Options())
    assert documents(again) == [plans[text].text for text in texts]
    for before, after in zip(raw.decode("utf-8-sig").split("\n"), out.decode("utf-8-sig").split("\n"), strict=True):
        if before.strip():
            one, two = json.loads(before), json.loads(after)
            assert list(one) == list(two)
            assert {**one, "text": 0} == {**two, "text": 0}


@given(json_lines(), st.data())
@settings(deadline=None)
def test_mentions_go_last_and_nothing_else_moves(case: tuple[bytes, list[str]], data: st.DataObject) -> None:
    raw, _ = case
    out = unchanged(read(jsonl.blocks, raw, Options(mentions=True)))
    for before, after in zip(raw.decode("utf-8-sig").split("\n"), out.decode("utf-8-sig").split("\n"), strict=True):
        if before.strip():
            assert json.loads(after) == {**json.loads(before), "mentions": []}
            assert list(json.loads(after))[-1] == "mentions"
            assert after.replace(', "mentions": []', "") == before
    assert unchanged(read(jsonl.blocks, out, Options(mentions=True))) == out


@pytest.mark.parametrize(
    ("line", "after", "expected"),
    [
        (r'{"text":"Kabool"}', "Kābul", '{"text":"Kābul"}'),
        (r'{"text":"\u004babool \u00e9"}', "Kābul", r'{"text":"K\u0101bul \u00e9"}'),
        (r'{"text":"Kabool \ud83d\ude00"}', "Kā", r'{"text":"K\u0101 \ud83d\ude00"}'),
        (r'{"text":"x", "text":"Kabool\t"}', 'a"\n', r'{"text":"x", "text":"a\"\n\t"}'),
        (r'{"a":NaN,"text":"Kabool"}', "Kabul", r'{"a":NaN,"text":"Kabul"}'),
        (r'{"a":"\ud800","text":"Kabool"}', "Kabul", r'{"a":"\ud800","text":"Kabul"}'),
    ],
)  # fmt: skip
def test_replacements_are_escaped_as_their_text_is(line: str, after: str, expected: str) -> None:
    def process(text: str) -> Result:
        edit = Edit(0, 6, "Kabool", after, "alias")
        return Result(apply(text, [edit]), (edit,))

    assert written(read(jsonl.blocks, line.encode(), Options()), process).decode() == expected


def test_nested_keys() -> None:
    raw = b'{"a.b":5,"a":{"text":"no","b":{"text":"Kabool"}}}\n{"a":{"b":{"text":null}}}\n'
    blocks = read(jsonl.blocks, raw, Options(("a.b.text",)))
    assert documents(blocks) == ["Kabool"]
    edit = Edit(0, 6, "Kabool", "Kabul", "alias")
    assert written(blocks, lambda text: Result("Kabul", (edit,))) == raw.replace(b"Kabool", b"Kabul")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"text": "a"', "not valid JSON"),
        (b'{"body": "a"}', "no key 'text'"),
        (b'{"text": 5}', "'text' is a number"),
        (b'"text"', "not a JSON object but a string"),
        (b'{"text": "\xff"}', "holds bytes or codes"),
        (b'{"text": "\\ud800"}', "holds bytes or codes"),
        (b'{"x": "\xff"', "not UTF-8 at byte 7"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_bad_json_lines_pass_and_are_told(line: bytes, problem: str) -> None:
    raw = b'{"text":"one"}\n' + line + b'\n\n{"text":"two"}'
    for size in (3, 1 << 20):
        blocks = read(jsonl.blocks, raw, Options(), size if len(line) < 999 else 1 << 20)
        failures = [f for block in blocks for f in block.failures]
        assert documents(blocks) == ["one", "two"]
        assert [f.name for f in failures] == ["f:2"]
        assert problem in failures[0].problem
        assert "passed on unchanged" in failures[0].remedy
        assert unchanged(blocks) == raw


@pytest.mark.parametrize("raw", [b'[{"text": "a"},\n{"text": "b"}]\n', b'{\n "text": "a"\n}\n'])
def test_whole_json_is_no_json_lines(raw: bytes) -> None:
    blocks = read(jsonl.blocks, raw, Options(), 5)
    failures = [f for block in blocks for f in block.failures]
    assert [f.name for f in failures] == ["f"]
    assert "jq -c" in failures[0].remedy
    assert unchanged(blocks) == raw


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, list[str], str]:
    """CSV in many hands: delimiter, quoting, line ends, byte order mark; its texts."""
    delimiter = draw(st.sampled_from(",;\t|"))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    names = draw(st.permutations(["id", "text", "other one"]))
    texts = []
    lines = [delimiter.join(names)]
    for _ in range(draw(st.integers(0, 4))):
        fields = []
        for name in names:
            value = draw(TEXTS)
            quoted = draw(st.booleans()) or any(c in value for c in '",;\t|\n\r')
            fields.append('"' + value.replace('"', '""') + '"' if quoted else value)
            if name == "text":
                texts.append(value)
        lines.append(delimiter.join(fields))
        if draw(st.booleans()):
            lines.append("")
    data = newline.join(lines) + draw(st.sampled_from(["", newline]))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + data.encode(), texts, delimiter


@given(tables(), st.integers(1, 40), st.data())
@settings(deadline=None)
def test_csv_changes_only_where_edited(case: tuple[bytes, list[str], str], size: int, data: st.DataObject) -> None:
    raw, texts, delimiter = case
    blocks = read(delimited.blocks, raw, Options(), size)
    assert not [f for block in blocks for f in block.failures]
    assert documents(blocks) == texts
    assert unchanged(blocks) == raw
    plans = plans_for(data.draw, texts)
    out = written(blocks, plans.__getitem__)
    assert documents(read(delimited.blocks, out, Options())) == [plans[text].text for text in texts]

    def others(data: bytes) -> list[list[str]]:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))
        place = rows[0].index("text")
        return [row[:place] + row[place + 1 :] for row in rows]

    assert others(out) == others(raw)


@given(tables(), st.integers(1, 40))
@settings(deadline=None)
def test_csv_gets_a_column_of_mentions(case: tuple[bytes, list[str], str], size: int) -> None:
    raw, texts, delimiter = case
    out = unchanged(read(delimited.blocks, raw, Options(mentions=True), size))
    rows = list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    assert [row["mentions"] for row in rows] == ["[]"] * len(texts)
    assert unchanged(read(delimited.blocks, out, Options(mentions=True), size)) == out.replace(b'"[]"', b'"[]"')


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b'3,"never closed', "never closed"),
        (b'3,"x"y', "follow a closing quote"),
        (b"3", "1 field, none of them for 'text'"),
        (b"3,a,b,c", "4 fields where the first row has 3"),
        (b"3,\xff,c", "holds bytes that are no text"),
    ],
)
def test_bad_rows_pass_and_are_told(row: bytes, problem: str) -> None:
    raw = b'id,text,x\r\n1,"o\nne",x\r\n' + row + b"\r\n\r\n2,two,\xff\r\n"
    for size in (1, 7, 1 << 20):
        blocks = read(delimited.blocks, raw, Options(), size)
        failures = [f for block in blocks for f in block.failures]
        assert documents(blocks) == ["o\nne", "two"]
        assert [f.name for f in failures] == ["f:4"]
        assert problem in failures[0].problem
        assert unchanged(blocks) == raw


def test_a_missing_column_names_those_there_are() -> None:
    raw = b"a;b\n1;2\n3;4\n"
    for size in (1, 99):
        blocks = read(delimited.blocks, raw, Options(), size)
        failures = [f for block in blocks for f in block.failures]
        assert [f.name for f in failures] == ["f"]
        assert "a, b" in failures[0].remedy
        assert unchanged(blocks) == raw


def test_old_line_ends_and_several_columns() -> None:
    raw = b'title,text\rA,"B\nB"\rC,D\r'
    for size in (1, 99):
        blocks = read(delimited.blocks, raw, Options(("text", "title")), size)
        assert documents(blocks) == ["A", "B\nB", "C", "D"]
        assert unchanged(blocks) == raw


def test_rows_know_their_fields() -> None:
    rows = list(delimited.rows('a,"b,""c",\nd', Dialect(",", "\n"), True))
    assert [row.fields for row in rows] == [((0, 1), (2, 9), (10, 10)), ((11, 12),)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "gb18030"])
@given(st.text("ab é\r\n", max_size=20), st.data())
def test_text_keeps_encoding_mark_and_line_ends(encoding: str, text: str, data: st.DataObject) -> None:
    raw = text.encode(encoding)
    marked = encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32")
    blocks = read(plain.blocks, raw, Options(encoding=None if marked else encoding), 3)
    assert documents(blocks) == ([text] if raw else [])
    plan = data.draw(edits(text))
    plan = tuple(e for e in plan if e.after.isascii())
    expected = apply(text, plan)
    if raw:
        assert written(blocks, lambda _: Result(expected, plan)) == expected.encode(encoding)


def test_the_last_pieces_for_several_hands_are_small(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * 40)
    read = list(chunks(str(path), "", 1000, hands=2))
    assert b"".join(read) == path.read_bytes() == b"".join(chunks(str(path), "", 1000))
    sizes = [len(piece) for piece in read]
    assert sizes[0] == 1000 and sizes[-2] == 250 and sizes[:-1] == sorted(sizes[:-1], reverse=True)


def test_text_that_is_no_text_passes() -> None:
    blocks = read(plain.blocks, b"\xef\xbb\xbfabc\xff", Options())
    assert blocks[0].failures[0].problem == "not UTF-8 at byte 6"
    assert "--encoding" in blocks[0].failures[0].remedy
    assert unchanged(blocks) == b"\xef\xbb\xbfabc\xff"
    assert "gzip" in read(plain.blocks, b"\x1f\x8b\x08\xff\xff", Options())[0].failures[0].remedy


def test_what_an_encoding_lacks_is_a_failure() -> None:
    blocks = read(plain.blocks, "Kabool é".encode("cp1252"), Options(encoding="cp1252"))
    edit = Edit(0, 6, "Kabool", "Кабул", "alias")
    outcome = blocks[0].outcome([Result("Кабул é", (edit,))], 0)
    assert outcome.payload == "Kabool é".encode("cp1252")
    assert "cp1252 has no" in outcome.failures[0].problem
    line = '{"text":"Kabool é"}'.encode("cp1252")
    blocks = read(jsonl.blocks, line, Options(encoding="cp1252"))
    assert written(blocks, lambda _: Result("Кабул é", (edit,))).startswith(b'{"text":"\\u041a')


@given(st.lists(st.sampled_from(["a", "\\n", "\\u00e9", "\\ud83d\\ude00", "é", "\\\\", '\\"']), max_size=8))
def test_raw_offsets_find_each_character(parts: list[str]) -> None:
    raw = "".join(parts)
    text = json.loads(f'"{raw}"')
    assert len(text) == len(parts)
    expected = [len("".join(parts[:i])) for i in range(len(parts) + 1)]
    assert raw_offsets(raw, ESCAPE, range(len(text) + 1)) == expected


def test_marks() -> None:
    assert sniff("a".encode("utf-16"), None)[1].encoding == "utf-16-le"
    assert sniff("a".encode("utf-32"), None)[1].encoding == "utf-32-le"
    assert sniff(b"\xff\xfea", "cp1251") == (b"", sniff(b"", "cp1251")[1])


def test_names_tell_the_format() -> None:
    assert kind("x/A.JSONL.GZ") == Kind("jsonl", "gz", ".jsonl")
    assert kind("a.gz") == Kind("", "gz", "")
    assert kind("a.json").format == kind("a.ndjson").format == "jsonl"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "in/b.txt",
        "in/a.jsonl.gz",
        "in/sub/c.csv",
        "in/.hidden.txt",
        "in/.git/d.txt",
        "in/x.pdf",
        "e.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path


def test_folders_are_read_in_order(folder: Path) -> None:
    sources, failures = find(["in"])
    assert [s.relative for s in sources] == ["a.jsonl.gz", "b.txt", "sub/c.csv"]
    assert not failures
    assert [s.relative for s in find(["in"], "csv")[0]] == ["sub/c.csv"]
    assert [s.relative for s in find(["in/**/*.*s?"])[0]] == ["sub/c.csv"]
    assert [s.name for s in find(["e.txt", "in/s*"])[0]] == ["e.txt", "in/sub/c.csv"]
    assert find(["in/x.pdf"])[0][0].format == "txt"
    assert find(["-"], "jsonl")[0][0].relative == "stdin.jsonl"


def test_the_output_folder_is_no_input(folder: Path) -> None:
    (folder / "in/out").mkdir()
    (folder / "in/out/old.txt").write_text("x")
    (folder / "in/log.jsonl").write_text('{"canonym":"0.1","kind":"edits"}\n')
    (folder / "in/failures.jsonl").write_text('{"document":"x","problem":"y","remedy":"z"}\n')
    plan = make(["in"], "in/out", edits="in/log.jsonl")
    assert [s.target for s in plan.sources] == ["in/out/a.jsonl.gz", "in/out/b.txt", "in/out/sub/c.csv"]
    assert plan.failures_file == "in/out/failures.jsonl"
    with pytest.raises(UsageError, match=r"in/b.txt is an input, and would be overwritten"):
        make(["in"], "in/out", edits="in/b.txt")


def test_targets(folder: Path) -> None:
    (folder / "dir").mkdir()
    assert make(["e.txt"], "dir").sources[0].target == "dir/e.txt"
    assert make(["e.txt"], "new").sources[0].target == "new"
    assert make(["e.txt"], "new/").sources[0].target == "new/e.txt"
    assert make(["e.txt"], "new/x.txt.zst").failures_file == "new/x.txt.zst.failures.jsonl"
    assert make(["e.txt", "in/b.txt"], "new").sources[1].target == "new/b.txt"
    assert make(["e.txt"], "dir", mentions=True).sources[0].target == "dir/e.txt.jsonl"
    assert make(["e.txt"], None).sources[0].target is None
    assert make(["in/a.jsonl.gz", "e.txt"], None, mentions=True).sources[0].target is None
    assert make(["e.txt"], "/dev/null").failures_file == ""


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        (["missing.txt"], None, "is not there"),
        (["in/*.doc"], None, "nothing matches"),
        (["in/.git/empty"], None, "no file to read"),
        (["e.txt", "in/b.txt"], None, "standard output"),
        (["e.txt", "in/b.txt"], "e.txt", "is no folder"),
        (["e.txt"], "e.txt", "is an input"),
        (["in"], "in", "is an input"),
        (["e.txt"], "link.txt", "is an input"),
        (["e.txt"], "hard.txt", "is an input"),
        (["in/b.txt", "in/sub/b.txt"], "out", "would both be written"),
        (["odd"], "out", "tells of its failures. Rename the input"),
        (["e.txt"], "out.csv", "would hold txt"),
        (["broken.txt"], None, "is a link to nothing"),
        (["-", "-"], None, "twice"),
    ],
)
def test_impossible_calls(folder: Path, inputs: list[str], output: str | None, message: str) -> None:
    (folder / "in/.git/empty").mkdir()
    (folder / "in/sub/b.txt").write_text("x")
    (folder / "link.txt").symlink_to("e.txt")
    (folder / "broken.txt").symlink_to("nowhere")
    (folder / "odd").mkdir()
    (folder / "odd/failures.jsonl").write_text('{"text": "of another tool"}\n')
    os.link(folder / "e.txt", folder / "hard.txt")
    with pytest.raises(UsageError, match=message):
        make(inputs, output)


def test_the_log_is_no_input_and_no_output(folder: Path) -> None:
    with pytest.raises(UsageError, match="is an input"):
        make(["e.txt"], "out.txt", edits="e.txt")
    with pytest.raises(UsageError, match="both be written"):
        make(["e.txt"], "out.txt", edits="out.txt")
    with pytest.raises(UsageError, match="there is no format"):
        make(["e.txt"], None, format="xml")


PARTS = [*(bytes([b]) for b in b'"",,;\t|\r\n\n\\{}[]:ax5'), b"\xff", b"\xc3\xa9", b"\xef\xbb\xbf", b"\xff\xfe", b"\0"]
PARTS += [b'"text"', b"text", b'{"text":"', b'"}\n', b"\r\n", b"\\u00e9", b"\\ud83d", b"null", b"a,text\n"]
HEADS = [b"", b"a,text\n", b"text;b\r\n", b'text\t"a\nb"\r', b'{"text":"a"}\n', b"\xff\xfea\0"]
DIRT = st.builds(lambda head, parts: head + b"".join(parts), st.sampled_from(HEADS), st.lists(st.sampled_from(PARTS)))


def account(reader: Reader, data: bytes, size: int, encoding: str | None, mentions: bool) -> tuple[object, ...]:
    options = Options(encoding=encoding, mentions=mentions)
    try:
        blocks = read(reader, data, options, size)
    except DocumentError as error:
        return (error.problem,)
    failures = [f for block in blocks for f in block.failures]
    found = [d for block in blocks for d in block.documents]
    if not mentions:
        assert unchanged(blocks) == data
        assert sum(block.size for block in blocks) == len(data)
    return found, failures, unchanged(blocks)


@pytest.mark.parametrize("reader", [jsonl.blocks, delimited.blocks, plain.blocks])
@given(DIRT, st.integers(1, 30), st.sampled_from([None, None, "utf-16", "cp1252", "cp932", "gb18030"]), st.booleans())
@settings(deadline=None, max_examples=300)
def test_whatever_comes_in_passes_in_blocks_of_any_size(
    reader: Reader, data: bytes, size: int, encoding: str | None, mentions: bool
) -> None:
    assert account(reader, data, size, encoding, mentions) == account(reader, data, 1 << 20, encoding, mentions)
