"""What became of whole texts, kept with the verdicts: the same outcome, and nothing looked at twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import canonym
from canonym import outcomes
from canonym.model import Edit, Result
from canonym.outcomes import Outcomes, keys
from canonym.profile import Profile, of
from canonym.resolve import Normaliser

TEXTS = [
    "He left Afghstan for Mazari Sharif, in Blakh province, and KÃ¢bool.",
    "nothing here but the road to mazar-e-sharif",
    "half a pair \ud83d of surrogates, in Kandahr",
    "The Minister said in Londno that Kandahr was quiet. Nobody in London knew.",
    "",
]
#: Texts in which much is damaged.
WORDS = ["Kabool", "Kandahr", "in", "the", "Ja", "Jalalbad", "Ã¢", "Afghstan", "."]
SOME = st.lists(st.sampled_from(WORDS)).map(" ".join)
EDIT = Edit(3, 9, "Kabool", "Kabul", "alias", "Kabul", "1", "place", 0.9, ("listed as spelling",))


def remembering(folder: Path, texts: list[str], **how: object) -> Normaliser:
    """One that has read what another has kept of some texts."""
    first = canonym.load()
    first.remember_texts()
    first.process(texts, mentions=False, **how)  # type: ignore[arg-type]
    first.keep_verdicts(folder / "kept")
    second = canonym.load()
    second.load_verdicts(folder / "kept")
    assert second.known_verdicts == first.known_verdicts
    return second


def deaf(names: Normaliser, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are looked at from now on."""
    asked: list[str] = []
    process = names._process

    def seen(texts: list[str], *how: object) -> list[Result]:
        asked.extend(texts)
        return process(texts, *how)  # type: ignore[arg-type]

    monkeypatch.setattr(names, "_process", seen)
    return asked


def test_a_text_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = remembering(tmp_path, TEXTS)
    asked = deaf(names, monkeypatch)
    more = [*TEXTS[:2], "and in Kabool", *TEXTS[2:]]
    assert names.process(more, mentions=False) == canonym.load().process(more, mentions=False)
    assert asked == ["and in Kabool"]
    assert sum(len(result.edits) for result in names.process(TEXTS, mentions=False)) > 5


@pytest.mark.parametrize(
    "how", [{"repair": False}, {"profile": of(TEXTS)}, {"mentions": True}, {"rewrite": {"former"}}, {"names": False}]
)
def test_asked_for_otherwise_it_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, object]
) -> None:
    names = remembering(tmp_path, TEXTS)
    asked = deaf(names, monkeypatch)
    how = {"mentions": False, **how}
    assert names.process(TEXTS, **how) == canonym.load().process(TEXTS, **how)  # type: ignore[arg-type]
    assert asked == TEXTS


def test_scrubbed_texts_are_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scrubbed = [
        text.replace("ani", "") for text in ["Afghanistani companies and an animal in Pakistani titanic manias"] * 60
    ]
    profile = of(scrubbed)
    assert profile.scrubbed
    names = remembering(tmp_path, scrubbed[:1], profile=profile)
    asked = deaf(names, monkeypatch)
    names.process(scrubbed[:1], mentions=False, profile=profile)
    names.process(scrubbed[:1], mentions=False, profile=Profile())
    assert asked == scrubbed[:1] * 2


@settings(max_examples=30, deadline=None)
@given(st.lists(SOME, max_size=4), st.lists(SOME, max_size=4))
def test_what_two_runs_found_adds_up(one: list[str], other: list[str]) -> None:
    names = canonym.load()
    made = dict(zip([*one, *other], names.process([*one, *other], mentions=False), strict=True))
    parts = []
    for texts in (one, other):
        part = Outcomes()
        for text, key in zip(texts, keys(texts, "document"), strict=True):
            part.add(key, made[text])
        parts.append(part.packed())
    told = []
    for first, second in (parts, parts[::-1]):
        both = Outcomes(first)
        both.learn(second)
        told.append(both.packed())
    assert told[0] == told[1]
    both = Outcomes(told[0])
    assert len(both) == len(made)
    assert [both.of(text, *keys([text], "document")) for text in made] == [*made.values()]


def test_edits_of_another_text_are_not_made() -> None:
    made = Outcomes()
    made.add((1, 2), Result("in Kabul", (EDIT,)))
    made.add((1, 3), Result("nothing"))
    made = Outcomes(made.packed())
    assert made.of("in Kabool", (1, 2)) == Result("in Kabul", (EDIT,))
    assert made.of("of another", (1, 2)) is None
    assert made.of("nothing", (1, 3)) == Result("nothing")
    assert made.of("nothing", (1, 4)) is None
    assert made.of("nothing", (2, 3)) is None


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "_TEXTS", 3)
    monkeypatch.setattr(outcomes, "_EDITS", 100)
    made = Outcomes()
    for k in range(2):
        made.add((k, k), Result("in Kabul", (EDIT,)))  # some eighty bytes
    assert len(made) == 1
    for k in range(5):
        made.add((k + 2, k), Result("nothing"))
    assert len(made) == 3
    again = Outcomes(made.packed())
    again.add((9, 9), Result("nothing"))
    assert len(again) == 3
