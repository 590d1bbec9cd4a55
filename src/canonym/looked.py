"""What the scanner says of a text, as a code: the grade of its runs, and what it keeps of words in small letters."""

from __future__ import annotations

from typing import Final, NamedTuple

from canonym.pages import Run
from canonym.plans import Grade

#: What the scanner keeps of words in small letters: they open no name, one in a text without capitals, one in any. Of
#: runs it keeps a `Grade`.
QUIET: Final = 1
PLAIN_ONLY: Final = 2
OPENS: Final = 3
#: What the scanner says of a text: a grade, and eight times what it keeps of words; or that it has other scripts.
GRADE: Final = 7
SMALL: Final = 8
CASELESS: Final = 64
#: What is said of an edited text that must be looked at as a whole.
WHOLE: Final = 255


class Looked(NamedTuple):
    """What the scanner says of a text: a code, and the runs that hold something."""

    code: int
    runs: list[Run]


def is_quiet(code: int) -> bool:
    """True where no run holds what may be rewritten without company, and no word in small letters opens a name."""
    return code != CASELESS and code & GRADE < Grade.LOUD and not opens_small(code)


def _is_still(code: int) -> bool:
    """True where nothing would be rewritten in whatever company."""
    return is_quiet(code) and code & GRADE < Grade.NEEDY


def opens_small(code: int) -> bool:
    """True where a word in small letters opens a name, in a text with such capitals."""
    grade, small = code & GRADE, code // SMALL
    return small > PLAIN_ONLY or (small == PLAIN_ONLY and grade == 0)


#: What is said of the texts in which nothing would be rewritten: of most.
STILL: Final = {code: Looked(code, []) for code in range(CASELESS + 1) if _is_still(code)}
#: The same as `native.Scanner.told` reads it; and the codes of those that may be told of by the company of their names.
SILENT: Final = bytes(STILL)
QUIETS: Final = frozenset(filter(is_quiet, range(CASELESS + 1)))
#: Of each code whether the text has capitals, and whether words in small letters open names in it.
KINDS: Final = [(code & GRADE > 0, opens_small(code)) for code in range(CASELESS + 1)]
