"""What a text that was just rewritten has in common with what it was: the runs that stand apart from the edits.

No run, and no word, goes on across a comma, say. What lies between such marks, and was not touched, holds what it held.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from canonym.model import Edit
from canonym.pages import Run

#: What no run of words goes on across, nor what is joined to one; a full stop is such where three letters precede it.
_BARRIER: Final = re.compile(r"[,;:!?()\"]|(?<=\w\w\w)\.")

#: Where the text must be looked at again, and the runs of the rest, all by their places in the text as it is now.
Apart = tuple[list[tuple[int, int]], list[Run]]


def apart(text: str, edits: Sequence[Edit], runs: Sequence[Run]) -> Apart | None:
    """What becomes of the runs of a text when edits are made; None where that cannot be told.

    It says what `Witness.pieces` and `Witness.joined` do in src/native/again.c.

    >>> apart("To Kabool, and to Herat.", (Edit(3, 9, "Kabool", "Kabul", "alias"),), [(3, 9, 4), (18, 23, 2)])
    ([(0, 9)], [(17, 22, 2)])
    """
    windows: list[tuple[int, int, int, int]] = []
    shift = 0
    for edit in edits:
        start = max((m.start() for m in _BARRIER.finditer(text, 0, edit.start)), default=0)
        after = next((m for m in _BARRIER.finditer(text[edit.end :])), None)
        end = edit.end + after.end() if after else len(text)
        to = start + shift
        shift += len(edit.after) - len(edit.before)
        if windows and windows[-1][1] > start:
            start, last, to, _ = windows.pop()
            end = max(end, last)
        windows.append((start, end, to, end + shift))
    kept = []
    for start, end, grade in runs:
        before = [w for w in windows if w[1] <= start]
        over = [w for w in windows if w[0] < end and start < w[1]]
        if any(w[0] <= start and end <= w[1] for w in over):
            continue
        if over:
            return None
        moved = before[-1][3] - before[-1][1] if before else 0
        kept.append((start + moved, end + moved, grade))
    return [(to, to_end) for _, _, to, to_end in windows], kept
