"""canonym on a column of a Spark DataFrame.

    from canonym.integrations.spark import normalise_column, profile_column

    profile = profile_column(articles, "body")
    clean = normalise_column(articles, "body", tables=("mine.csv", "default"), profile=profile)

Needs pyspark, pandas and pyarrow (`pip install 'canonym[spark]'`), and canonym of one version on the driver and on
all executors. Tables need be on the driver only: each is compiled there, sent once to each executor, and mapped into
memory by its Python workers.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import canonym
from canonym.integrations import arrow
from canonym.model import REWRITTEN_KINDS, CanonymError, UsageError
from canonym.profile import Profile, ProfileBuilder
from canonym.resolve import Normaliser, load, open_table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import ArrayType, DataType, StructField

    Batches = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

Tables = str | Path | Sequence[str | Path]

#: Profiles of partitions are merged by so many tasks before the driver merges what these made.
_MERGERS: Final = 8


def normalise_column(
    df: DataFrame,
    column: str,
    *,
    tables: Tables = "default",
    output: str | None = None,
    edits: str = "canonym_edits",
    errors: str = "canonym_error",
    names: bool = True,
    repair: bool = True,
    rewrite: Iterable[str] = REWRITTEN_KINDS,
    profile: Profile | None = None,
) -> DataFrame:
    """The frame with the names in a text column written one way, and two columns more: edits and errors.

    A null stays null. A text that fails is left as it was, with the reason in `errors`; the others go on. The
    outcome is what `Normaliser.process` gives for each text, however the frame is partitioned.

    Args:
        df: any frame; its other columns are passed on.
        column: the text column, of type string.
        tables: as for `canonym.load`: "default", a pack, a CSV file, a compiled index, or several of them.
        output: where the new text goes; `column` itself is replaced when absent.
        edits: the column of edits, an array of structs with the fields of `canonym.Edit`. Offsets count code
            points, as Spark's `substring` does.
        errors: the column that says what went wrong; null where nothing did.
        names: whether names are written anew; without it texts are only repaired.
        repair: whether mojibake and scrubbed strings are repaired.
        rewrite: the kinds of alias to rewrite.
        profile: what `profile_column` (or `canonym profile`) found in the corpus; without it each text is judged
            for itself.

    Raises:
        UsageError, TableError, IndexFileError: there is no such column, or a table cannot be used.
    """
    from pyspark.sql.types import StringType

    at = _place(df, column)
    target = output if output is not None else df.columns[at]
    added = [(target, StringType()), (edits, _records(arrow.EDIT)), (errors, StringType())]
    options = {"names": names, "repair": repair, "profile": profile, "rewrite": frozenset(rewrite)}
    options["mentions"] = False
    shipped = _shipped(df.sparkSession, tables)

    def make(values: pa.Array) -> list[pa.Array]:
        process = partial(_normaliser(shipped, canonym.__version__).process, **options)  # type: ignore[arg-type]
        found = arrow.processed(process, values)
        return [arrow.texts(values, found), arrow.edits(found), arrow.errors(found)]

    return _with_columns(df, at, added, make)


normalize_column = normalise_column


def annotate_column(
    df: DataFrame,
    column: str,
    *,
    tables: Tables = "default",
    mentions: str = "mentions",
    errors: str = "canonym_error",
) -> DataFrame:
    """The frame with the names of a text column marked in a column of mentions; the text stays as it is.

    Args:
        df: any frame; its columns are passed on.
        column: the text column, of type string.
        tables: as for `normalise_column`.
        mentions: the column of mentions, an array of structs with the fields that `canonym annotate` writes.
        errors: the column that says what went wrong; null where nothing did.

    Raises:
        UsageError, TableError, IndexFileError: there is no such column, or a table cannot be used.
    """
    from pyspark.sql.types import StringType

    at = _place(df, column)
    added = [(mentions, _records(arrow.MENTION)), (errors, StringType())]
    shipped = _shipped(df.sparkSession, tables)

    def make(values: pa.Array) -> list[pa.Array]:
        found = arrow.processed(_normaliser(shipped, canonym.__version__).process, values)
        return [arrow.mentions(found), arrow.errors(found)]

    return _with_columns(df, at, added, make)


def profile_column(df: DataFrame, column: str) -> Profile:
    """What a text column tells as a corpus: the strings that a clean-up removed. Runs a job over the whole frame.

    The same as `canonym profile` finds in the same texts. Nulls, and texts that are no UTF-8, are left out.

    Raises:
        UsageError: there is no such column.
    """
    texts = df.toDF(*_numbered(df)).select(_numbered(df)[_place(df, column)])
    parts = texts.mapInArrow(_profiled, "part binary").repartition(_MERGERS).mapInArrow(_merged, "part binary")
    return _sum(row["part"] for row in parts.collect()).finish()


# -- on the driver -----------------------------------------------------------------------------------------


def _place(df: DataFrame, column: str) -> int:
    """The number of a text column."""
    from pyspark.sql.types import StringType

    at = _find(df, column)
    if at is None:
        raise UsageError(f"no column {column!r}", remedy=f"There are: {', '.join(df.columns)}")
    kind = df.schema.fields[at].dataType
    if not isinstance(kind, StringType):
        raise UsageError(f"the column {column!r} is {kind.simpleString()}, no string", remedy="Cast it to string")
    return at


def _find(df: DataFrame, column: str) -> int | None:
    """The number of a column by its name, by Spark's rule for capitals."""
    columns: list[str] = df.columns
    if column in columns:
        return columns.index(column)
    if str(df.sparkSession.conf.get("spark.sql.caseSensitive", "false")).lower() == "true":
        return None
    folded = [name.casefold() for name in columns]
    return folded.index(column.casefold()) if column.casefold() in folded else None


def _numbered(df: DataFrame) -> list[str]:
    """Plain names for the columns: Spark takes dots for structs, and two columns of one name for a fault."""
    return [f"column_{k}" for k in range(len(df.columns))]


def _with_columns(
    df: DataFrame, at: int, added: Sequence[tuple[str, DataType]], make: Callable[[pa.Array], list[pa.Array]]
) -> DataFrame:
    """The frame with columns added, or replaced where they are there; made from the column with the number `at`."""
    from pyspark.sql.types import StructField, StructType

    names = [name for name, _ in added]
    if len(set(names)) < len(names):
        raise UsageError(f"one name for two columns: {', '.join(names)}", remedy="Name each output differently")
    schema: list[StructField] = list(df.schema.fields)
    places: list[int] = []
    for name, kind in added:
        place = _find(df, name)
        places.append(len(schema) if place is None else place)
        schema[places[-1] : places[-1] + 1] = [StructField(name if place is None else df.columns[place], kind)]

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            columns: list[Any] = [*batch.columns, *[None] * (len(schema) - batch.num_columns)]
            for place, made in zip(places, make(batch.column(at)), strict=True):
                columns[place] = made
            yield pa.RecordBatch.from_arrays(columns, [field.name for field in schema])

    return df.toDF(*_numbered(df)).mapInArrow(run, StructType(schema))


def _records(made_of: Mapping[str, str]) -> ArrayType:
    """The Spark type of a list of edits or mentions."""
    from pyspark.sql.types import ArrayType, DoubleType, IntegerType, StringType, StructField, StructType

    types = {
        "int": IntegerType(),
        "float": DoubleType(),
        "str": StringType(),
        "tuple[str, ...]": ArrayType(StringType()),
    }
    return ArrayType(StructType([StructField(name, types[kind]) for name, kind in made_of.items()]))


def _shipped(session: SparkSession, tables: Tables) -> tuple[str, ...]:
    """The names under which executors find the compiled tables."""
    given = [tables] if isinstance(tables, str | Path) else list(tables)
    if not given:
        raise UsageError("no table", remedy='Leave `tables` out, or say "default"')
    return tuple(_ship(session, table) for table in given)


def _ship(session: SparkSession, table: str | Path) -> str:
    from canonym.index import FORMAT, compile_parts, is_index, save
    from canonym.keys import KEY_VERSION
    from canonym.spans import foresee
    from canonym.table import read

    index = open_table(table)
    # Named by what is in it: Spark sends a name once, and refuses another file under the same.
    copy = _folder() / f"canonym-{index.fingerprint}-{FORMAT}-{KEY_VERSION}.index"
    if not copy.exists():
        made = Path(index.where)
        if is_index(made):
            shutil.copyfile(made, copy)
        else:
            save(compile_parts(read(made)), copy, foresee)  # it was compiled in memory, for want of a cache folder
    if type(session).__module__.startswith("pyspark.sql.connect"):
        session.addArtifacts(str(copy), file=True)
    elif not any(Path(sent).name == copy.name for sent in session.sparkContext.listFiles):
        session.sparkContext.addFile(str(copy))
    return copy.name


@cache
def _folder() -> Path:
    """Where the driver keeps what it sends, as long as it runs."""
    folder = Path(tempfile.mkdtemp(prefix="canonym-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


# -- on the executors --------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _normaliser(shipped: tuple[str, ...], version: str) -> Normaliser:
    """Opened once in each Python worker; the index is mapped, so workers of one executor share it."""
    if version != canonym.__version__:
        raise CanonymError(
            f"the executors have canonym {canonym.__version__}, the driver has {version}",
            remedy="Install one version everywhere",
        )
    from pyspark import SparkFiles

    # A worker has the cores of its task and no more; read when polars is first imported.
    os.environ.setdefault("POLARS_MAX_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
    return load(*(Path(SparkFiles.get(name)) for name in shipped))


def _profiled(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The texts of a partition to one unfinished profile."""
    builder = ProfileBuilder()
    for batch in batches:
        for text in arrow.strings(batch.column(0)):
            if isinstance(text, str):
                builder.add(text)
    yield _packed(builder)


def _merged(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Unfinished profiles to one."""
    yield _packed(_sum(part for batch in batches for part in batch.column(0).to_pylist()))


def _sum(parts: Iterable[bytes]) -> ProfileBuilder:
    import pickle

    whole = ProfileBuilder()
    for part in parts:
        whole.merge(pickle.loads(part))  # made by this very job
    return whole


def _packed(builder: ProfileBuilder) -> pa.RecordBatch:
    import pickle

    import pyarrow as pa

    return pa.RecordBatch.from_pydict({"part": pa.array([pickle.dumps(builder)], pa.binary())})
