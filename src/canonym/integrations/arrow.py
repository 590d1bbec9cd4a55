"""Arrow arrays of texts to arrays of new texts, edits, mentions and errors; knows nothing of who hands them over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from canonym.integrations.outcomes import Process, outcomes
from canonym.model import Edit, Result

if TYPE_CHECKING:
    import pyarrow as pa

#: What an edit is made of, in order: the fields of `Edit`.
EDIT: Final[Mapping[str, str]] = {field.name: str(field.type) for field in fields(Edit)}
#: The same for a mention, as `annotate` writes it.
MENTION: Final[Mapping[str, str]] = {
    "start": "int",
    "end": "int",
    "text": "str",
    "canonical": "str",
    "id": "str",
    "type": "str",
    "match": "str",
    "score": "float",
    "kind": "str",
    "alternatives": "tuple[str, ...]",
    "reasons": "tuple[str, ...]",
}

Outcome = Result | str | None


def records(made_of: Mapping[str, str]) -> pa.DataType:
    """The Arrow type of a list of edits or mentions."""
    import pyarrow as pa

    types = {
        "int": pa.int32(),
        "float": pa.float64(),
        "str": pa.string(),
        "tuple[str, ...]": pa.list_(pa.string()),
    }
    return pa.list_(pa.struct([(name, types[kind]) for name, kind in made_of.items()]))


def processed(process: Process, column: pa.Array) -> list[Outcome]:
    """For each text of a column its result, or in words why there is none; None for a null."""
    texts = strings(column)
    done = iter(outcomes(process, [text for text in texts if isinstance(text, str)]))
    return [
        next(done) if isinstance(text, str) else None if text is None else f"the text is no UTF-8: {text}"
        for text in texts
    ]


def strings(column: pa.Array) -> list[str | UnicodeDecodeError | None]:
    """The texts of a column as Python strings; where one is no UTF-8, the error in its place."""
    import pyarrow as pa

    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        binary = pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary()
        return [_decoded(value) for value in column.cast(binary).to_pylist()]


def texts(column: pa.Array, found: Sequence[Outcome]) -> pa.Array:
    """The new texts; what failed is as it was, byte for byte."""
    import pyarrow as pa

    binary = pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary()
    old = column.cast(binary)
    new = [
        one.text.encode() if isinstance(one, Result) else None if one is None else old[k].as_py()
        for k, one in enumerate(found)
    ]
    return pa.array(new, binary).view(column.type)


def edits(found: Sequence[Outcome]) -> pa.Array:
    """The edits of each text; null where there is no result."""
    import pyarrow as pa

    rows = [[edit_fields(edit) for edit in one.edits] if isinstance(one, Result) else None for one in found]
    return pa.array(rows, records(EDIT))


def mentions(found: Sequence[Outcome]) -> pa.Array:
    """The mentions of each text; null where there is no result."""
    import pyarrow as pa

    lists: dict[str, object] = {"alternatives": [], "reasons": []}
    rows = [[lists | m.as_dict() for m in one.mentions] if isinstance(one, Result) else None for one in found]
    return pa.array(rows, records(MENTION))


def errors(found: Sequence[Outcome]) -> pa.Array:
    """What went wrong with each text; null where nothing did."""
    import pyarrow as pa

    return pa.array([one if isinstance(one, str) else None for one in found], pa.string())


def edit_fields(edit: Edit) -> dict[str, Any]:
    """An edit as plain values: numbers, strings, and a list of strings.

    >>> list(edit_fields(Edit(0, 6, "Kabool", "Kabul", "alias")).values())
    [0, 6, 'Kabool', 'Kabul', 'alias', '', '', '', 1.0, []]
    """
    return {name: getattr(edit, name) for name in EDIT} | {"reasons": list(edit.reasons)}


def _decoded(value: bytes | None) -> str | UnicodeDecodeError | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError as error:
        return error
