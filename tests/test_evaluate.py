"""Evaluation: cases whose figures are known by hand, gold in all its formats, and the command as a process."""

from __future__ import annotations

import gzip
import json
import math
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import canonym
from canonym.evaluate import (
    Bin,
    Calibration,
    GoldError,
    GoldName,
    GoldPair,
    GoldText,
    Mark,
    Names,
    Pairs,
    Texts,
    calibrate,
    evaluate,
    explained,
    parse_documents,
    read,
)
from canonym.model import Candidate, Decision, Entity, Match, Mention, Result
from canonym.plots import interval, reliability

KABUL = Entity("p1", "place", "Kabul", 4_434_550, "AF")
ROME = Entity("p2", "place", "Rome", 2_318_895, "IT")


class Oracle:
    """A matcher that answers what it was told, so that the figures can be worked out by hand."""

    def __init__(
        self,
        mentions: Sequence[Sequence[Mention]] = (),
        decisions: Sequence[Decision] = (),
        scores: Sequence[float] = (),
    ) -> None:
        self.mentions = list(mentions)
        self.decisions = {d.form: d for d in decisions}
        self.scores = list(scores)
        self.types: list[str | None] = []

    def process(self, texts: Sequence[str], *, rewrite: frozenset[str]) -> list[Result]:
        assert not rewrite
        return [Result(t, (), tuple(m)) for t, m in zip(texts, self.mentions, strict=True)]

    def resolve_all(self, names: Sequence[str], type: str | None = None) -> list[Decision]:
        self.types.append(type)
        return [self.decisions[name] for name in names]

    def compare_all(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return self.scores[: len(pairs)]


def found(text: str, surface: str, entity: Entity, match: Match = "fuzzy", score: float = 0.9) -> Mention:
    start = text.index(surface)
    return Mention(start, start + len(surface), surface, entity, match, "canonical", score, ("because",))


def candidate(entity: Entity, score: float, match: Match = "fuzzy") -> Candidate:
    return Candidate(entity, entity.canonical, "canonical", match, score)


# -- texts -----------------------------------------------------------------------------------------------------

MARKED = (
    "In [[Kabuul|Kabul|typo]], [[Cabul|Kabul|old]] and [[Rmoe|Rome|typo]], not [[Parma]] or Jones; "
    "Rome's [[Kubal|Kabul|typo]]."
)


def test_texts_by_hand() -> None:
    """Five answers: two right, one wrong, two false (one on a sound name); four marks, one of them missed."""
    gold = Texts(tuple(parse_documents(MARKED, "g")))
    text = gold.items[0].text
    answers = [
        found(text, "Kabuul,", KABUL, score=0.95),  # the comma does no harm
        found(text, "Cabul", KABUL, "alias", 1.0),
        found(text, "Rmoe", KABUL, score=0.6),
        found(text, "Parma", ROME, "rule", 0.7),
        found(text, "Jones", ROME, score=0.55),
        found(text, "Rome's", ROME, "exact", 1.0),  # listed and not marked: not judged
    ]
    done = evaluate(gold, Oracle([answers]))
    assert (done.marked, done.right, done.wrong, done.missed, done.answers) == (4, 2, 1, 1, 5)
    assert (done.false_repairs, done.false_on_sound, done.false_mentions) == (2, 1, 0)
    assert done.precision == pytest.approx(2 / 5)
    assert done.recall == pytest.approx(2 / 4)
    assert done.f1 == pytest.approx(4 / 9)
    assert done.words == 11
    assert done.false_per_10k_words == pytest.approx(20_000 / 11)
    assert done.accuracy is None
    assert [(k.kind, k.right, k.wrong, k.missed) for k in done.by_kind] == [("old", 1, 0, 0), ("typo", 1, 1, 1)]
    assert [(m.match, m.right, m.wrong, m.false) for m in done.by_match] == [
        ("alias", 1, 0, 0),
        ("rule", 0, 0, 1),
        ("fuzzy", 1, 1, 1),
    ]
    assert done.calibration.count == 4  # the alias has no score to be judged
    assert done.calibration.brier == pytest.approx((0.05**2 + 0.6**2 + 0.7**2 + 0.55**2) / 4)
    assert [(e.sort, e.surface, e.found) for e in done.errors] == [
        ("wrong", "Rmoe", "Kabul"),
        ("false", "Parma", "Rome"),
        ("false", "Jones", "Rome"),
        ("missed", "Kubal", ""),
    ]
    assert done.errors[2].reasons == ("because",)
    assert done.errors[2].context == "In Kabuul, Cabul and Rmoe, not Parma or [Jones]; Rome's Kubal."
    assert done.errors[3].context == "and Rmoe, not Parma or Jones; Rome's [Kubal]."  # cut between words


@pytest.mark.parametrize("surface", ["Kabul’s", "Kabul's", "Kabul", "(Kabul", "Kabul,"])
def test_ends_of_spans_are_forgiven(surface: str) -> None:
    text = f"From {surface} gate"
    at = text.index("Kabul")
    gold = Texts((GoldText("g:1", text, (Mark(at, at + 5, ("p1",)),)),))
    assert evaluate(gold, Oracle([[found(text, surface, KABUL)]])).recall == 1.0


def test_a_shorter_span_is_wrong_where_it_repairs_and_ignored_where_it_is_listed() -> None:
    gold = Texts(tuple(parse_documents("The [[Kabul Tmes|Kabul Times]]", "g")))
    text = gold.items[0].text
    repaired = evaluate(gold, Oracle([[found(text, "Kabul", KABUL, "fuzzy")]]))
    assert (repaired.wrong, repaired.missed, repaired.recall) == (1, 0, 0.0)
    listed = evaluate(gold, Oracle([[found(text, "Kabul", KABUL, "exact", 1.0)]]))
    assert (listed.wrong, listed.missed, listed.precision) == (0, 1, None)


def test_listed_names_count_in_complete_texts() -> None:
    text = "Kabul, Rome"
    for complete, false in ((True, 1), (False, 0)):
        gold = Texts((GoldText("g:1", text, (Mark(0, 5, ("Kabul",)),), complete=complete),))
        answers = [found(text, "Kabul", KABUL, "exact", 1.0), found(text, "Rome", ROME, "alias", 1.0)]
        done = evaluate(gold, Oracle([answers]))
        assert (done.right, done.false_mentions, done.false_repairs) == (1, false, 0)


def test_nothing_found_has_no_precision_and_nothing_marked_no_recall() -> None:
    done = evaluate(Texts((GoldText("g:1", "Nothing here"),)), Oracle([[]]))
    assert (done.precision, done.recall, done.f1, done.calibration.error) == (None, None, None, None)
    assert done.false_per_10k_words == 0
    json.dumps(done.as_dict(), allow_nan=False)


# -- names and pairs -------------------------------------------------------------------------------------------


def test_names_by_hand() -> None:
    gold = Names(
        (
            GoldName("g:2", "Kabuul", ("p1",), "typo"),
            GoldName("g:3", "Rmoe", ("p2", "p3"), "typo"),
            GoldName("g:4", "Romme", ("p2",), "ocr"),
            GoldName("g:5", "Jones", (), "stranger"),
            GoldName("g:6", "Kobol", (), "stranger", "place"),
        )
    )
    oracle = Oracle(
        decisions=[
            Decision("Kabuul", "accept", candidate(KABUL, 0.9)),
            Decision("Rmoe", "accept", candidate(KABUL, 0.7)),
            Decision("Romme", "abstain", None, (candidate(ROME, 0.4),), ("below 0.60",)),
            Decision("Jones", "abstain", None, (candidate(ROME, 0.1),)),
            Decision("Kobol", "accept", candidate(KABUL, 1.0, "alias")),
        ]
    )
    done = evaluate(gold, oracle)
    assert oracle.types == [None, "place"]
    assert (done.marked, done.right, done.wrong, done.missed, done.refused) == (3, 1, 1, 1, 1)
    assert (done.false_repairs, done.false_mentions) == (0, 1)
    assert done.precision == pytest.approx(1 / 3)
    assert done.recall == pytest.approx(1 / 3)
    assert done.accuracy == pytest.approx(2 / 5)
    assert done.false_per_10k_words is None
    # Refusals are judged by the candidate that was too unlikely: 0.4 was right, 0.1 was not.
    assert done.calibration.brier == pytest.approx((0.1**2 + 0.7**2 + 0.6**2 + 0.1**2) / 4)
    assert [e.sort for e in done.errors] == ["wrong", "missed", "false"]


def test_pairs_by_hand() -> None:
    same = (True, True, False, False)
    gold = Pairs(tuple(GoldPair(f"g:{k}", "a", "b", s, "roman" if s else "") for k, s in enumerate(same)))
    done = evaluate(gold, Oracle(scores=[0.9, 0.2, 0.6, 0.0]))
    assert (done.right, done.missed, done.false_repairs, done.refused) == (1, 1, 1, 1)
    assert (done.precision, done.recall, done.f1, done.accuracy) == (0.5, 0.5, 0.5, 0.5)
    assert done.calibration.error == pytest.approx((0.1 + 0.8 + 0.6 + 0.0) / 4)
    assert done.calibration.brier == pytest.approx((0.1**2 + 0.8**2 + 0.6**2) / 4)


def test_a_miss_is_explained_by_the_name_alone() -> None:
    gold = Texts(tuple(parse_documents("[[Romme|Rome]] and [[Roome|Rome]]", "g")))
    done = evaluate(gold, Oracle([[]]))
    near = Decision("Roome", "accept", candidate(ROME, 0.8))
    now = Oracle(decisions=[Decision("Romme", "abstain", reasons=("nothing near",)), near])
    reasons = [e.reasons for e in explained(done.errors, now)]
    assert reasons == [("nothing near",), ("alone it is Rome (0.80), but not in this text",)]


# -- calibration -----------------------------------------------------------------------------------------------


def test_calibration_by_hand() -> None:
    got = calibrate([(0.95, True)] * 3 + [(0.95, False)] + [(0.3, False), (0.3, True)] + [(1.0, True), (0.0, False)])
    assert [(b.low, b.count) for b in got.bins] == [(0.0, 1), (0.3, 2), (0.9, 5)]
    assert got.bins[2].right == pytest.approx(0.8)
    assert got.bins[2].mean == pytest.approx(0.96)
    assert got.error == pytest.approx((5 * 0.16 + 2 * 0.2 + 0) / 8)
    assert got.brier == pytest.approx((3 * 0.05**2 + 0.95**2 + 0.3**2 + 0.7**2) / 8)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_every_score_has_a_bin_that_holds_it(scored: list[tuple[float, bool]]) -> None:
    got = calibrate(scored)
    assert sum(b.count for b in got.bins) == got.count == len(scored)
    assert all(b.low - 1e-6 <= b.mean <= b.high + 1e-6 and 0 <= b.right <= 1 for b in got.bins)
    assert (got.error is None) == (not scored)
    assert got.error is None or 0 <= got.error <= 1
    assert got == calibrate(scored)


def test_perfect_scores_have_no_error() -> None:
    got = calibrate([(1.0, True), (0.0, False)] * 5)
    assert (got.error, got.brier) == (0.0, 0.0)


# -- gold ------------------------------------------------------------------------------------------------------


def test_marked_text() -> None:
    source = (
        "# a comment\n\nIn [[Cabul | Kabul;p1 | old]],\n# another\n[[Rome]]\n-----\n\n---\nThe [[Rmoe|Rome]] of 5 - 3\n"
    )
    one, two = parse_documents(source, "g.txt")
    assert one == GoldText("g.txt:3", "In Cabul,\n\nRome", (Mark(3, 8, ("Kabul", "p1"), "old"),), ((11, 15),))
    assert (two.where, two.text) == ("g.txt:9", "The Rmoe of 5 - 3")
    assert two.marks == (Mark(4, 8, ("Rome",), "unspecified"),)


@given(
    st.lists(
        st.tuples(
            st.text("abc İé𝔘 \n", max_size=6),
            st.text("KRé𝔘", min_size=1, max_size=5),
            st.sampled_from(["", "|Rome", "|Rome|x"]),
        ),
        max_size=6,
    )
)
def test_offsets_are_those_of_the_surface(parts: list[tuple[str, str, str]]) -> None:
    source = "x" + "".join(f"{before}[[{surface}{rest}]]" for before, surface, rest in parts)
    (item,) = parse_documents(source, "g")
    spans = sorted([(m.start, m.end) for m in item.marks] + list(item.sound))
    assert [item.text[a:b] for a, b in spans] == [surface for _, surface, _ in parts]
    assert item.text == ("x" + "".join(before + surface for before, surface, _ in parts))


def lines(*records: object) -> str:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl.gz"
    source = lines(
        {"id": 7, "text": "𝔘 Kabuul", "mentions": [{"start": 2, "end": 8, "canonical": "Kabul", "kind": "typo"}]},
        {"text": "Rome", "mentions": [{"start": 0, "end": 4, "text": "Rome", "id": "p2"}], "complete": True},
        {"text": "Rmoe Rome", "damaged": [{"start": 0, "end": 4, "ids": ["p2", "p3"]}], "plain": [[5, 9]]},
        {"text": "None", "mentions": []},
    )
    path.write_bytes(gzip.compress(source.encode()))
    gold = read(path)
    assert isinstance(gold, Texts)
    assert gold.items[0] == GoldText(f"{path}:1", "𝔘 Kabuul", (Mark(2, 8, ("Kabul",), "typo"),), id="7")
    assert gold.items[1].complete and gold.items[1].marks[0].targets == ("p2",)
    assert gold.items[2].marks[0].targets == ("p2", "p3") and gold.items[2].sound == ((5, 9),)
    assert gold.items[3].marks == ()


def test_tables(tmp_path: Path) -> None:
    def table(name: str, source: str) -> Names | Pairs | Texts:
        (tmp_path / name).write_text(source, encoding="utf-8")
        return read(tmp_path / name)

    names = table("n.csv", 'name,ids,kind,type\n"Rmoe, old",p2|p3,typo,place\n\nJones,,,\n')
    assert isinstance(names, Names)
    where = f"{tmp_path / 'n.csv'}"
    assert names.items == (
        GoldName(f"{where}:2", "Rmoe, old", ("p2", "p3"), "typo", "place"),
        GoldName(f"{where}:4", "Jones", (), "stranger", None),
    )
    pairs = table("p.tsv", 'a\tb\tsame\n"Rom\tРим\t1\nRome\tKabul\tno\n')
    assert isinstance(pairs, Pairs)
    assert [(p.a, p.b, p.same) for p in pairs.items] == [('"Rom', "Рим", True), ("Rome", "Kabul", False)]
    texts = table("t.csv", 'id,text\nx,"In [[Rmoe|Rome|typo]],\nthen"\n')
    assert isinstance(texts, Texts)
    assert texts.items[0].text == "In Rmoe,\nthen" and texts.items[0].id == "x"


BROKEN = [
    ("g.txt", "fine\n---\nfine\n[[Kabul|]]", "g.txt:4: a mark without the name that is meant"),
    ("g.txt", "fine\nIn [[Kabul", "g.txt:2: a stray [["),
    ("g.txt", "[[|Kabul]]", "g.txt:1: a broken mark"),
    ("g.txt", "[[a|b|c|d]]", "g.txt:1: a broken mark"),
    ("g.txt", "# nothing\n---\n", "g.txt: there is no gold in it"),
    ("g.jsonl", '{"text": "a", "mentions": []}\n{"text"', "g.jsonl:2: broken JSON"),
    ("g.jsonl", '{"mentions": []}', "g.jsonl:1: no text"),
    ("g.jsonl", '{"text": "a"}', "g.jsonl:1: no marks"),
    ("g.jsonl", '{"text": "a", "mentions": {"start": 1}}', 'g.jsonl:1: "mentions" is no list'),
    ("g.jsonl", '{"text": "a", "mentions": ["b"]}', "g.jsonl:1: a mark is no object"),
    (
        "g.jsonl",
        '{"text": "a", "mentions": [{"start": 0, "end": 2, "id": "x"}]}',
        "g.jsonl:1: the span 0:2 lies outside",
    ),
    ("g.jsonl", '{"text": "a", "mentions": [{"start": 0, "id": "x"}]}', "g.jsonl:1: no span"),
    ("g.jsonl", '{"text": "a", "mentions": [{"start": 0, "end": 1}]}', "g.jsonl:1: the mark at 0:1 says not what"),
    (
        "g.jsonl",
        '{"text": "ab", "mentions": [{"start": 0, "end": 1, "text": "b", "id": "x"}]}',
        "g.jsonl:1: at 0:1 stands 'a', not 'b'",
    ),
    (
        "g.jsonl",
        '{"text": "ab", "mentions": [{"start": 0, "end": 2, "id": "x"}, {"start": 1, "end": 2, "id": "x"}]}',
        "g.jsonl:1: two marks overlap",
    ),
    ("g.csv", "one,two\n1,2\n", "g.csv:1: the columns are one, two"),
    ("g.csv", "", "g.csv:1: the columns are none"),
    ("g.csv", "name,id\nKabul\n", "g.csv:2: 1 column where the header has 2"),
    ("g.csv", 'name,id\n"Ka"bul",p1\n', "g.csv:2: broken CSV"),
    ("g.tsv", "a\tb\tsame\nx\ty\tperhaps\n", "g.tsv:2: 'perhaps' under \"same\""),
    ("g.pdf", "x", "g.pdf: an ending that says no format"),
]


@pytest.mark.parametrize(("name", "source", "problem"), BROKEN, ids=[p for _, _, p in BROKEN])
def test_broken_gold_is_told_with_its_line(tmp_path: Path, name: str, source: str, problem: str) -> None:
    (tmp_path / name).write_text(source, encoding="utf-8")
    with pytest.raises(GoldError) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path}/{problem}")
    assert caught.value.remedy


def test_gold_that_is_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"none\.txt: cannot be read"):
        read(tmp_path / "none.txt")
    (tmp_path / "g.txt").write_bytes(b"fine\n\xff\n")
    with pytest.raises(GoldError, match=r"g\.txt:2: not UTF-8"):
        read(tmp_path / "g.txt")
    (tmp_path / "n.csv").write_text("name,id\nKabul,p1\n")
    with pytest.raises(GoldError, match="this is gold of names, not of pairs"):
        read(tmp_path / "n.csv", "pairs")


# -- the plot --------------------------------------------------------------------------------------------------


def test_the_plot_is_an_svg_that_says_what_it_shows() -> None:
    svg = reliability(calibrate([(0.9, True), (0.9, False), (0.35, False)]), "Names & <outlets>")
    root = ET.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{name}title") == "Names & <outlets>"
    assert "scores 0.9 to 1.0: mean 0.90, 50% right of 2" in (root.findtext(f"{name}desc") or "")
    assert len(root.findall(f"{name}circle")) == 2
    assert "prefers-color-scheme: dark" in svg
    assert svg == reliability(calibrate([(0.9, True), (0.9, False), (0.35, False)]), "Names & <outlets>")


@pytest.mark.parametrize("calibration", [Calibration(), Calibration((Bin(0.9, 1.0, 1, 1.0, 1.0),), 1, 0.0, 0.0)])
def test_a_plot_of_little_or_nothing(calibration: Calibration) -> None:
    ET.fromstring(reliability(calibration))


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_an_interval_holds_its_share(count: int, share: float) -> None:
    low, high = interval(share, count)
    assert 0 <= low <= share + 1e-9 and share - 1e-9 <= high <= 1
    assert not math.isnan(low + high)


# -- the command -----------------------------------------------------------------------------------------------

TABLE = "canonical,alias,type\nKazakhstan,Kazakhstan,place\nKabul,Kabul,place\nKabul,Cabul,place\n"
GOLD = "He left [[Kazakhstna|Kazakhstan|typo]] for [[Cabul|Kabul|old]].\n---\nNot [[Xqzzt|Kabul|odd]], said Jones.\n"


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    (folder / "t.csv").write_text(TABLE, encoding="utf-8")
    (folder / "gold.txt").write_text(GOLD, encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "CANONYM_DEBUG")}
    source = str(Path(canonym.__file__).parents[1])
    environment = {**kept, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": source}
    return subprocess.run(
        [sys.executable, "-m", "canonym", "evaluate", *args],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
    )


def test_the_command_prints_figures_and_errors(tmp_path: Path) -> None:
    done = run(tmp_path, "gold.txt", "-t", "t.csv", "--errors", "3", "--plot", "r.svg")
    assert (done.returncode, done.stderr) == (0, "")
    out = done.stdout
    assert out.startswith("gold.txt: 2 documents, 9 words, 3 to find\n")
    assert "precision           1.000   2 of 2 answers right" in out
    assert "recall              0.667   2 of 3 found" in out
    assert "gold.txt:3: missed: Xqzzt (should be Kabul); odd\n    Not [Xqzzt], said Jones.\n" in out
    ET.parse(tmp_path / "r.svg")


def test_the_command_prints_json(tmp_path: Path) -> None:
    done = run(tmp_path, "gold.txt", "-t", "t.csv", "--json", "--errors", "1")
    told = json.loads(done.stdout)
    assert (told["gold"], told["right"], told["recall"]) == ("gold.txt", 2, 0.6667)
    assert [e["text"] for e in told["errors"]] == ["Xqzzt"]


def test_the_command_on_names_and_pairs(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("name,canonical\nKazakhstna,Kazakhstan\nJones,\n", encoding="utf-8")
    (tmp_path / "p.tsv").write_text("a\tb\tsame\nKabul\tKabul\t1\nKabul\tRome\t0\n", encoding="utf-8")
    assert "accuracy            1.000   1 rightly refused" in run(tmp_path, "n.csv", "-t", "t.csv", "--names").stdout
    assert "p.tsv: 2 pairs, 1 to find" in run(tmp_path, "p.tsv").stdout


def test_a_wrong_call_is_told_in_a_sentence(tmp_path: Path) -> None:
    for args, problem in (
        (["none.txt"], "none.txt: cannot be read"),
        (["gold.txt", "--names"], "gold.txt: this is gold of texts, not of names"),
        (["gold.txt", "--plot", "r.png"], "r.png: plots are written as SVG"),
    ):
        done = run(tmp_path, *args)
        assert done.returncode == 2
        assert done.stderr.startswith(f"canonym: {problem}")
        assert not done.stdout and not (tmp_path / "r.png").exists()
