"""Data classes that are there at once: what `dataclasses` would make of each is made when it is first asked for.

`dataclasses` writes six methods of every class as source text and compiles them, half a millisecond a class, and most
runs make objects of few classes. Here all but `__init__` are made without, that one is compiled with the first object,
and `dataclasses.fields`, `asdict` and `replace` find what they look for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace

__all__ = ["dataclass", "field", "replace"]

_NONE: Final = object()


class _Field:
    """What a field has beside its name and type."""

    __slots__ = ("default", "factory", "shown")

    def __init__(self, default: object, factory: Callable[[], object] | None = None, shown: bool = True) -> None:
        self.default, self.factory, self.shown = default, factory, shown


class _Late:
    """An attribute of a class that takes the place of this one when it is first asked for."""

    __slots__ = ("make", "name")

    def __init__(self, name: str, make: Callable[[type], Any]) -> None:
        self.name, self.make = name, make

    def __get__(self, instance: object, owner: type) -> Any:
        cls = next(one for one in owner.__mro__ if one.__dict__.get(self.name) is self)
        made = self.make(cls)
        setattr(cls, self.name, made)
        return made.__get__(instance, owner) if hasattr(made, "__get__") else made


def _init(fields: Mapping[str, _Field]) -> Callable[[type], Any]:
    """What compiles `__init__`; slots are filled past `__setattr__`, which a frozen class forbids."""

    def make(cls: type) -> Any:
        known: dict[str, Any] = {"_none": _NONE, "_set": object.__setattr__}
        given, body = [], []
        for name, one in fields.items():
            known[f"_new_{name}"], known[f"_is_{name}"] = one.factory, one.default
            slot = cls.__dict__.get(name)
            if isinstance(slot, MemberDescriptorType):
                known[f"_set_{name}"] = slot.__set__
            value = f"_new_{name}() if {name} is _none else {name}" if one.factory else name
            given.append(f"{name}=_none" if one.factory else name if one.default is _NONE else f"{name}=_is_{name}")
            body.append(
                f" _set_{name}(self, {value})" if f"_set_{name}" in known else f" _set(self, {name!r}, {value})"
            )
        exec(f"def __init__(self, {', '.join(given)}):\n" + "\n".join(body), known)
        out = known["__init__"]
        out.__qualname__ = f"{cls.__qualname__}.__init__"
        out.__module__ = cls.__module__
        out.__annotations__ = {**cls.__annotations__, "return": None}
        return out

    return make


def _whole(annotations: Mapping[str, str], fields: Mapping[str, _Field], frozen: bool, name: str) -> _Late:
    """What `dataclasses` itself keeps in a class under some name."""

    def make(cls: type) -> Any:
        import dataclasses

        body: dict[str, Any] = {"__annotations__": dict(annotations), "__module__": cls.__module__}
        for key, one in fields.items():
            if one.factory is not None:
                body[key] = dataclasses.field(default_factory=one.factory, repr=one.shown)
            elif one.default is not _NONE:
                body[key] = dataclasses.field(default=one.default, repr=one.shown)
            elif not one.shown:
                body[key] = dataclasses.field(repr=False)
        return getattr(dataclasses.dataclass(frozen=frozen)(type(cls.__name__, (), body)), name)

    return _Late(name, make)


def _forbid(self: object, name: str, *_: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _forbid_removal(self: object, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _replaced(self: Any, /, **changes: object) -> Any:
    cls = type(self)
    return cls(**{name: getattr(self, name) for name in cls.__match_args__} | changes)


def _methods(names: tuple[str, ...], shown: tuple[str, ...], frozen: bool) -> dict[str, Any]:
    get: Callable[[Any], Any] = attrgetter(*names)
    values = get if len(names) > 1 else lambda self: (get(self),)

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    @recursive_repr()
    def told(self: object) -> str:
        parts = ", ".join([f"{name}={getattr(self, name)!r}" for name in shown])
        return f"{self.__class__.__qualname__}({parts})"

    out: dict[str, Any] = {"__eq__": equal, "__repr__": told, "__replace__": _replaced, "__hash__": None}
    if frozen:
        out |= {"__hash__": lambda self: hash(values(self)), "__setattr__": _forbid, "__delattr__": _forbid_removal}
    return out


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, name) for name in type(self).__match_args__]


def _setstate(self: Any, state: list[Any]) -> None:
    for name, value in zip(type(self).__match_args__, state, strict=True):
        object.__setattr__(self, name, value)


def _dataclass(*, frozen: bool = False, slots: bool = False) -> Callable[[type], type]:
    """`dataclasses.dataclass`, with those of its options that are used here, for classes that inherit no fields."""

    def made(cls: type) -> type:
        annotations: dict[str, str] = cls.__annotations__
        names = tuple(annotations)
        fields = {name: _field_of(cls.__dict__.get(name, _NONE)) for name in names}
        shown = tuple(name for name, one in fields.items() if one.shown)
        body = _methods(names, shown, frozen)
        body |= {k: v for k, v in cls.__dict__.items() if k not in (*names, "__dict__", "__weakref__")}
        body |= {"__annotations__": annotations, "__match_args__": names, "__init__": _Late("__init__", _init(fields))}
        for name in ("__dataclass_fields__", "__dataclass_params__"):
            body[name] = _whole(annotations, fields, frozen, name)
        if slots:
            body |= {"__slots__": names, "__getstate__": _getstate, "__setstate__": _setstate}
        else:
            body |= {name: one.default for name, one in fields.items() if one.default is not _NONE}
        out = type(cls)(cls.__name__, cls.__bases__, body)
        out.__qualname__ = cls.__qualname__
        return out

    return made


def _field_of(given: object) -> _Field:
    return given if isinstance(given, _Field) else _Field(given)


def _field(
    *, default: object = _NONE, default_factory: Callable[[], object] | None = None, repr: bool = True
) -> _Field:
    return _Field(default, default_factory, repr)


def _replace(of: Any, /, **changes: object) -> Any:
    return of.__replace__(**changes)


if not TYPE_CHECKING:
    dataclass, field, replace = _dataclass, _field, _replace
