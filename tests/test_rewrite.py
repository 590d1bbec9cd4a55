"""Edits hold together: what composes, inverts and maps back does so for every plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonym import native
from canonym.model import CanonymError, Edit, Result
from canonym.rewrite import apply, compose, invert, map_back

ALPHABET = "ab é\U0001f600\n"


@st.composite
def plans(draw: st.DrawFn, text: str) -> tuple[Edit, ...]:
    """A plan of up to five edits on `text`, insertions, deletions, neighbours and idle ones among them."""
    points = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    edits = []
    for start, end in zip(points[::2], points[1::2], strict=False):
        after = draw(st.text(ALPHABET, max_size=4))
        edits.append(Edit(start, end, text[start:end], after, draw(st.sampled_from(["alias", "mojibake"]))))
    return tuple(edits)


@st.composite
def texts_and_plans(draw: st.DrawFn) -> tuple[str, tuple[Edit, ...], tuple[Edit, ...]]:
    text = draw(st.text(ALPHABET, max_size=20))
    first = draw(plans(text))
    return text, first, draw(plans(apply(text, first)))


@given(texts_and_plans())
def test_compose_does_what_both_do(case: tuple[str, tuple[Edit, ...], tuple[Edit, ...]]) -> None:
    text, first, second = case
    both = compose(first, second, text)
    assert apply(text, both) == apply(apply(text, first), second)
    assert all(e.before != e.after for e in both)


def _is_settled(text: str, result: Result) -> bool:
    try:
        return apply(text, result.edits) == result.text and all(e.before != e.after for e in result.edits)
    except CanonymError:
        return False


@pytest.mark.skipif(not native.COMPILED, reason="what only the compiled loops have")
@given(texts_and_plans(), st.text(ALPHABET, max_size=8))
def test_compiled_code_sees_what_edits_lead_to(
    case: tuple[str, tuple[Edit, ...], tuple[Edit, ...]], other: str
) -> None:
    text, first, second = case
    made = apply(text, first)
    results = [Result(made, first), Result(made, second), Result(text, first), Result(other, first), Result(made)]
    results += [Result(made, first[::-1]), Result(made, (*first, *first)), Result(text), Result(made + "é", first)]
    told = native.unsettled([text] * len(results), results)
    assert told == [k for k, result in enumerate(results) if not _is_settled(text, result)]
    assert native.unsettled([text], ["what is wrong"]) == [0]
    assert native.unsettled([text], [Result(made, [*first])]) == [0]  # type: ignore[arg-type]


@pytest.mark.skipif(not native.COMPILED, reason="what only the compiled loops have")
@pytest.mark.parametrize(
    "edit", [Edit(-1, 2, "abc", "x", ""), Edit(2, 1, "", "x", ""), Edit(1 << 70, 1 << 70, "", "x", ""), None, "a"]
)
def test_compiled_code_leaves_odd_edits_to_others(edit: Edit) -> None:
    assert native.unsettled(["abc"], [Result("xabc", (edit,))]) == [0]


@given(texts_and_plans())
def test_invert_gives_the_input_back(case: tuple[str, tuple[Edit, ...], tuple[Edit, ...]]) -> None:
    text, first, _ = case
    assert apply(apply(text, first), invert(first)) == text
    assert invert(invert(first)) == first


@given(texts_and_plans(), st.data())
def test_map_back_covers_what_the_span_came_from(
    case: tuple[str, tuple[Edit, ...], tuple[Edit, ...]], data: st.DataObject
) -> None:
    text, first, _ = case
    after = apply(text, first)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(after)), st.integers(0, len(after)))))
    low, high = map_back((start, end), first)
    assert 0 <= low <= high <= len(text)
    inside = [e for e in first if low <= e.start and e.end <= high]
    crossing = [e for e in first if e not in inside and e.start < high and low < e.end]
    assert not crossing
    shifted = [Edit(e.start - low, e.end - low, e.before, e.after, e.source) for e in inside]
    assert after[start:end] in apply(text[low:high], shifted)


def test_map_back_leaves_neighbours_alone() -> None:
    plan = [Edit(0, 2, "xx", "yyy", "alias"), Edit(5, 5, "", "!", "alias")]
    assert map_back((3, 6), plan) == (2, 5)
    assert map_back((2, 6), plan) == (0, 5)
    assert map_back((6, 7), plan) == (5, 5)


def test_compose_merges_only_what_meets() -> None:
    text = "Kabool, Kabool"
    first = [Edit(0, 6, "Kabool", "Kabul", "mojibake", reasons=("a",), score=0.5)]
    second = [Edit(7, 13, "Kabool", "Kabul", "alias", "Kabul", "1", "place", 0.9, ("b",))]
    assert [(e.start, e.end, e.source) for e in compose(first, second, text)] == [
        (0, 6, "mojibake"),
        (8, 14, "alias"),
    ]
    onto = [Edit(0, 5, "Kabul", "Kâbul", "alias", "Kâbul", "1", "place", 0.9, ("b",))]
    assert compose(first, onto, text) == (
        Edit(0, 6, "Kabool", "Kâbul", "mojibake+alias", "Kâbul", "1", "place", 0.9, ("a", "b")),
    )


def test_compose_drops_what_comes_to_nothing() -> None:
    there = [Edit(0, 1, "a", "b", "alias")]
    assert compose(there, invert(there), "a!") == ()


def test_neighbours_in_one_plan_stay_two_edits() -> None:
    plan = [Edit(0, 1, "a", "x", "alias"), Edit(1, 2, "b", "y", "alias")]
    assert len(compose(plan, [Edit(3, 4, "d", "z", "rule")], "abcd")) == 3


@pytest.mark.parametrize(
    "plan",
    [
        [Edit(0, 2, "ab", "x", "alias"), Edit(1, 3, "bc", "y", "alias")],
        [Edit(2, 3, "c", "x", "alias"), Edit(0, 1, "a", "y", "alias")],
        [Edit(0, 9, "abcd", "x", "alias")],
        [Edit(-1, 1, "a", "x", "alias")],
        [Edit(0, 1, "z", "x", "alias")],
    ],
)
def test_a_plan_that_does_not_fit_raises(plan: list[Edit]) -> None:
    with pytest.raises(CanonymError):
        apply("abcd", plan)
    with pytest.raises(CanonymError):
        compose(plan, [], "abcd")
    with pytest.raises(CanonymError):
        compose([], plan, "abcd")
