"""canonym: one name for one thing.

>>> import canonym
>>> names = canonym.load()
>>> names.normalise("Shiberghan lies west of Mazar-i-Sharif.")
'Sheberghan lies west of Mazar-e-Sharif.'
"""

from __future__ import annotations

TYPE_CHECKING = False  # without typing, which takes longer to import than all that is here
if TYPE_CHECKING:
    from typing import Any

    from canonym.explanation import Explanation
    from canonym.model import CanonymError, Decision, Edit, Entity, Mention, Result
    from canonym.resolve import Normaliser, load

__version__ = "0.1.0"
__all__ = [
    "CanonymError", "Decision", "Edit", "Entity", "Explanation", "Mention", "Normaliser", "Result", "load",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # Nothing is imported until it is asked for: `canonym --help` must not wait for arrays.
    if name == "Explanation":
        from canonym.explanation import Explanation

        return Explanation
    if name in ("load", "Normaliser"):
        from canonym import resolve

        return getattr(resolve, name)
    if name in __all__:
        from canonym import model

        return getattr(model, name)
    raise AttributeError(f"module 'canonym' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
