"""Data classes made late are as `dataclasses` makes them."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
from typing import Any

import pytest

from canonym import records
from canonym.model import Edit, Result


@records.dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen one."""

    a: int
    b: str = "b"
    c: tuple[int, ...] = records.field(default=())
    d: list[int] = records.field(default_factory=list, repr=False)

    @property
    def twice(self) -> int:
        return 2 * self.a


@records.dataclass(slots=True)
class Open:
    """One that changes."""

    only: dict[str, int] = records.field(default_factory=dict)


@records.dataclass(frozen=True)
class Loose:
    """One without slots."""

    a: int = 1
    b: int = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    """The same as `Frozen`."""

    a: int
    b: str = "b"
    c: tuple[int, ...] = dataclasses.field(default=())
    d: list[int] = dataclasses.field(default_factory=list, repr=False)


def test_it_is_made_from_values_by_place_and_name() -> None:
    one = Frozen(1, c=(2,))
    assert (one.a, one.b, one.c, one.d, one.twice) == (1, "b", (2,), [], 2)
    assert Frozen(1).d is not Frozen(1).d
    assert Open().only == {}
    assert (Loose().a, Loose(b=3).b, Loose.a) == (1, 3, 1)
    for wrong in ((), (1, 2, 3, 4, 5)):
        with pytest.raises(TypeError, match="__init__"):
            Frozen(*wrong)
    with pytest.raises(TypeError, match="'e'"):
        Frozen(1, e=2)  # type: ignore[call-arg]


def test_equal_hash_and_repr() -> None:
    assert Loose(1) == Loose(1, 2) != Loose(2)
    assert Loose(1) != object()
    assert hash(Loose(1)) == hash((1, 2))
    assert Open({"a": 1}) == Open({"a": 1}) != Open()
    assert repr(Frozen(1)) == repr(Model(1)).replace("Model", "Frozen")
    assert repr(Open()) == "Open(only={})"
    with pytest.raises(TypeError):
        hash(Open())


@pytest.mark.parametrize("one", [Frozen(1), Loose()])
def test_what_is_frozen_stays_as_it_is(one: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'a'"):
        one.a = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'new'"):
        one.new = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'a'"):
        del one.a


def test_what_is_open_changes() -> None:
    one = Open()
    one.only = {"b": 2}
    assert one.only == {"b": 2}
    with pytest.raises(AttributeError):
        one.new = 1  # type: ignore[attr-defined]


def test_dataclasses_know_it() -> None:
    assert dataclasses.is_dataclass(Frozen)
    assert [(f.name, f.type, f.default, f.repr) for f in dataclasses.fields(Frozen)] == [
        (f.name, f.type, f.default, f.repr) for f in dataclasses.fields(Model)
    ]
    assert dataclasses.asdict(Frozen(1)) == dataclasses.asdict(Model(1))
    assert dataclasses.replace(Frozen(1), b="c") == records.replace(Frozen(1), b="c") == Frozen(1, "c")
    with pytest.raises(TypeError):
        records.replace(Frozen(1), e=1)  # type: ignore[call-arg]
    assert inspect.signature(Frozen).replace(parameters=[]) == inspect.signature(Model).replace(parameters=[])
    assert list(inspect.signature(Frozen).parameters) == list(inspect.signature(Model).parameters)
    match Frozen(1, "x"):
        case Frozen(a, b):
            assert (a, b) == (1, "x")


def test_a_class_may_be_made_of_one() -> None:
    @dataclasses.dataclass(frozen=True)
    class More(Loose):
        c: int = 3

    assert More(b=5) == More(1, 5, 3)
    assert [f.name for f in dataclasses.fields(More)] == ["a", "b", "c"]
    with pytest.raises(TypeError, match="non-frozen"):

        @dataclasses.dataclass
        class Wrong(Loose):  # type: ignore[misc]
            c: int = 3


@pytest.mark.parametrize(
    "one", [Frozen(1, "x", (1,), [2]), Open({"a": 1}), Loose(3), Result("a", (Edit(0, 1, "a", "b", "alias"),))]
)
def test_it_travels(one: object) -> None:
    assert pickle.loads(pickle.dumps(one)) == one
