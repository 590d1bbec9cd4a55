"""Spark on a cluster of two workers, each a Java process of its own, against the normaliser in this process."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import canonym
from canonym import packs, profile
from canonym.index import from_table, open_index
from canonym.integrations import arrow
from canonym.integrations.outcomes import outcomes
from canonym.model import Edit, Mention, Result, UsageError
from canonym.profile import Profile

JAVA = shutil.which("java") or os.environ.get("JAVA_HOME")
if not JAVA:
    pytest.skip("Spark needs Java, and there is none", allow_module_level=True)
pytest.importorskip("pyspark", reason="needs the extra `spark`")
pytest.importorskip("pandas", reason="needs the extra `spark`")

from canonym.integrations.spark import annotate_column, normalise_column, normalize_column, profile_column  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")

REPAIR = json.loads((Path(__file__).parent / "cases" / "repair.json").read_text(encoding="utf-8"))
PAGE = (Path(__file__).parents[1] / "docs" / "spark.md").read_text(encoding="utf-8")
SENTENCES = [
    "The army left Afghstan for Londno and Untied Kigndom towns.",
    "Nahri Shahi, Mazari Sharif and Shiberghan are in the north, said VOA.",
    "Nothing to see in Jones Office, he said.",
    "در شهر مزار شریف و در برلین",
    "🙂🙂 MAZAR-I-SHARIF’s gate; then Kazakhstna, and İzmir was seen.",
    "It isnâ€™t far from Кабул to Dashte Shor\r\nor Kart-e-\nNow.",
    "",
]
TEXTS = [
    None if k % 11 == 0 else " ".join(SENTENCES[(k * (j + 3) + j) % len(SENTENCES)] for j in range(1 + k % 4))
    for k in range(330)
]


def cluster() -> Any:
    """Two workers of one core each; two threads where Spark comes without the cluster that it tests itself with."""
    from pyspark.sql import SparkSession

    for master in ("local-cluster[2,1,1024]", "local[2]"):
        builder = SparkSession.builder.master(master).appName("canonym tests")
        builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "4")
        builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "50")
        try:
            session = builder.getOrCreate()
            session.sparkContext.setLogLevel("OFF")
            assert session.sparkContext.parallelize(range(4), 2).count() == 4
        except Exception as error:
            warnings.warn(f"{master} does not start here: {error}", stacklevel=2)
            if (active := SparkSession.getActiveSession()) is not None:
                active.stop()
        else:
            return session
    raise AssertionError("no Spark starts here")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.find_spark_home import _find_spark_home

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYSPARK_DRIVER_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        session = cluster()
        yield session
        name = session.sparkContext.applicationId
        session.stop()
        # The workers keep their logs, and the files sent to them, in the package itself.
        shutil.rmtree(Path(_find_spark_home()) / "work" / name, ignore_errors=True)


@pytest.fixture(scope="module")
def frame(spark: Any) -> Any:
    rows = [
        (k, text, Decimal(k) / 4, {"tags": ["a", None][: k % 3], "n": k} if k % 5 else None)
        for k, text in enumerate(TEXTS)
    ]
    kinds = "`row.number` int, body string, price decimal(10,2), more struct<tags:array<string>,n:int>"
    return spark.createDataFrame(rows, kinds).repartition(5)


def expected(texts: list[str | None], *tables: str | Path, **options: Any) -> list[Result | None]:
    done = iter(canonym.load(*tables).process([t for t in texts if t is not None], **options))
    return [next(done) if t is not None else None for t in texts]


def as_edits(rows: Any) -> tuple[Edit, ...] | None:
    return None if rows is None else tuple(Edit(**{**r.asDict(), "reasons": tuple(r.reasons)}) for r in rows)


def test_row_for_row_what_one_process_gives(frame: Any) -> None:
    clean = normalise_column(frame, "body")
    assert clean.columns == [*frame.columns, "canonym_edits", "canonym_error"]
    assert clean.schema.fields[:4] == frame.schema.fields
    found = sorted(clean.collect())
    wanted = expected(TEXTS)
    before = sorted(frame.collect())
    assert [row.body for row in found] == [one and one.text for one in wanted]
    assert [as_edits(row.canonym_edits) for row in found] == [one and one.edits for one in wanted]
    assert [row.canonym_error for row in found] == [None] * len(TEXTS)
    assert [(r[0], r.price, r.more) for r in found] == [(r[0], r.price, r.more) for r in before]
    assert sum(len(one.edits) for one in wanted if one) > 300


def test_both_workers_work_and_offsets_are_sparks_own(spark: Any, frame: Any) -> None:
    def where(batches: Any) -> Any:
        import pyarrow as pa

        for batch in batches:
            yield pa.RecordBatch.from_pydict({"process": [os.getppid()] * batch.num_rows})

    if spark.sparkContext.master.startswith("local-cluster"):
        assert len({row[0] for row in frame.select("body").mapInArrow(where, "process long").distinct().collect()}) == 2
    clean = normalize_column(frame, "body", output="clean", edits="edits", errors="errors")
    assert clean.columns == [*frame.columns, "clean", "edits", "errors"]
    same = "forall(edits, e -> substring(body, e.start + 1, e.end - e.start) = e.before)"
    counted = clean.selectExpr(f"count_if({same}) AS right", f"count_if(NOT {same}) AS wrong", "count(clean) AS texts")
    assert counted.collect()[0].asDict() == {
        "right": len(TEXTS) - TEXTS.count(None),
        "wrong": 0,
        "texts": len(TEXTS) - TEXTS.count(None),
    }


@pytest.mark.parametrize("kind", ["csv", "index", "pack"])
def test_tables_of_every_kind(kind: str, spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from canonym.index import compile_table
    from canonym.table import read

    monkeypatch.setenv("CANONYM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "mine.csv"
    source.write_text(f"canonical,alias\nTabyan,Tebyan\nTabyan,Tabyan {kind}\n", encoding="utf-8")
    table: Path | str = source
    if kind != "csv":
        table = tmp_path / "mine.index" if kind == "index" else "mine"
        place = packs.path_of("mine") if kind == "pack" else tmp_path / "mine.index"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(compile_table(read(source)))
        assert open_index(place).fingerprint == from_table(read(source)).fingerprint
    texts = [None, f"Tebyan is in Mazar-i-Sharif; Tabyan {kind} too."]
    rows = spark.createDataFrame([(t,) for t in texts], "text string").coalesce(1)
    for tables in ([table], [table, "default"]):
        found = normalise_column(rows, "text", tables=tables).collect()
        assert [row.text for row in found] == [one and one.text for one in expected(texts, *tables)]
        assert "Tabyan is in" in found[1].text


def test_a_text_that_fails_is_told_and_left_as_it_was(spark: Any) -> None:
    rows = spark.sql(
        "SELECT * FROM VALUES (1, 'He fled Afghstan.'), (2, cast(X'4B61FF62756C' AS string)), (3, null) AS t(id, text)"
    ).coalesce(1)
    found = normalise_column(rows, "text").selectExpr("id", "hex(text)", "canonym_edits", "canonym_error").collect()
    assert [bytes.fromhex(row[1] or "") for row in found] == [b"He fled Afghanistan.", b"Ka\xffbul", b""]
    assert [row[2] is None for row in found] == [False, True, True]
    assert [row[3] is None for row in found] == [True, False, True]
    assert found[1][3].startswith("the text is no UTF-8: ")


def test_the_profile_of_a_column_puts_scrubbed_strings_back(spark: Any) -> None:
    texts = [re.sub("ani", "", case["text"], flags=re.IGNORECASE) for case in REPAIR["good"]]
    rows = spark.createDataFrame([(k, t) for k, t in enumerate([*texts, None])], "id int, text string").repartition(3)
    found = profile_column(rows, "TEXT")
    assert found == profile.of(texts)
    assert [s.string for s in found.scrubbed] == ["ani"]
    clean = normalise_column(rows, "text", profile=found).orderBy("id").collect()
    assert [row.text for row in clean] == [one and one.text for one in expected([*texts, None], profile=found)]
    assert [row.text for row in clean] != [one and one.text for one in expected([*texts, None], profile=Profile())]


def test_mentions(frame: Any) -> None:
    found = sorted(annotate_column(frame, "body").collect())
    plain: dict[str, Any] = {"alternatives": [], "reasons": []}
    wanted = [one and [plain | m.as_dict() for m in one.mentions] for one in expected(TEXTS)]
    assert [row.mentions and [m.asDict() for m in row.mentions] for row in found] == wanted
    assert [row.body for row in found] == TEXTS


def test_what_is_wrong_with_the_call_is_said_before_any_job(frame: Any) -> None:
    for call, problem in (
        (lambda: normalise_column(frame, "text"), "no column 'text'"),
        (lambda: profile_column(frame, "price"), "is decimal"),
        (lambda: normalise_column(frame, "body", edits="x", errors="x"), "one name for two columns"),
        (lambda: normalise_column(frame, "body", tables=[]), "no table"),
    ):
        with pytest.raises(UsageError, match=problem):
            call()


def test_the_examples_of_the_page(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text("canonical,alias\nTabyan,Tebyan\n", encoding="utf-8")
    exec("\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.S)), {"spark": spark})
    assert Profile.load("articles.profile.json").documents == 2


CONNECTED = """
from pyspark.sql import SparkSession
from canonym.integrations.spark import normalise_column, profile_column

spark = SparkSession.builder.remote("local[2]").getOrCreate()
rows = spark.createDataFrame([(1, "He fled Afghstan."), (2, None)], "id int, text string").repartition(2)
for _ in range(2):
    print([(row.text, row.canonym_error) for row in normalise_column(rows, "text").orderBy("id").collect()])
print(profile_column(rows, "text").documents)
spark.stop()
"""


def test_a_session_of_spark_connect(tmp_path: Path) -> None:
    """In a process of its own: a process has sessions of one kind."""
    pytest.importorskip("grpc", reason="needs the extra `spark-connect`")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK", "SPARK"))}
    env |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    call = [sys.executable, "-W", "ignore", "-c", CONNECTED]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line]
    assert lines == ["[('He fled Afghanistan.', None), (None, None)]"] * 2 + ["1"]


# -- without a cluster -------------------------------------------------------------------------------------


def test_a_fault_of_the_normaliser_costs_one_text() -> None:
    def process(texts: Any) -> list[Result]:
        if any("bad" in t for t in texts):
            raise ValueError("bad")
        return [Result(t.upper(), (Edit(0, len(t), t, t.upper() if t != "odd" else "?", "alias"),)) for t in texts]

    found = outcomes(process, ["a", "bad", "c", "odd"])
    assert [one if isinstance(one, str) else one.text for one in found] == [
        "A",
        "could not be processed: ValueError: bad",
        "C",
        "the edits do not lead to the new text",
    ]
    with pytest.raises(OSError):
        outcomes(lambda texts: Path("/nowhere/at/all").read_text(), ["a"])  # type: ignore[arg-type, return-value]


def test_every_field_has_its_column() -> None:
    pa = pytest.importorskip("pyarrow")
    edit = Edit(0, 6, "Kabool", "Kabul", "alias", "Kabul", "k", "place", 0.5, ("because",))
    assert list(arrow.EDIT) == list(asdict(edit))
    result = canonym.load().process(["Mazari Sharif, VOA, Aberdeen, Londno and Londno"])[0]
    names = {name for m in result.mentions for name in m.as_dict()}
    assert isinstance(result.mentions[0], Mention) and names == set(arrow.MENTION)
    column = pa.array(["", None], pa.large_string())
    assert arrow.texts(column, [Result("ö"), None]).to_pylist() == ["ö", None]
    assert arrow.edits([Result("", (edit,)), "failed", None]).to_pylist() == [
        [asdict(edit) | {"reasons": ["because"]}],
        None,
        None,
    ]
