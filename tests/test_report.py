"""What people read: tables, diffs, decisions; and that no text of a document steers the terminal."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from canonym.corpus.summary import Change, MentionCount, Summary
from canonym.model import Candidate, Decision, Edit, Entity, Failure
from canonym.report import (
    changes_table,
    decisions_table,
    diff,
    explanation,
    failure_lines,
    found_table,
    grid,
    shorten,
    summary_line,
    visible,
    width,
)

KABUL = Entity("p1", "place", "Kabul", 4_434_550, "AF")
ABERDEEN = Entity("p2", "place", "Aberdeen", 200_000, "GB")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def change(before: str, count: int) -> Change:
    return Change(before, "Kabul", "alias", "Kabul", "p1", count, 1, ())


def test_changes_are_ranked_and_the_rest_is_counted() -> None:
    table = changes_table([change("Kabool", 2), change("Caboul", 1200), change("Kabol", 1)], limit=1)
    assert table.splitlines() == [
        "before  after  why    count",
        "Caboul  Kabul  alias  1,200",
        "… and 2 more changes, 3 in all",
    ]
    assert changes_table([]) == ""


def test_why_names_the_step_and_its_first_reason() -> None:
    scrubbed = Change("Afghstan", "Afghanistan", "scrubbed", "", "", 4, 1, ('scrubbed "ani"',))
    assert 'scrubbed "ani"' in changes_table([scrubbed])
    rule = Change("Kabol", "Kabul", "rule", "Kabul", "p1", 4, 1, ("vowels",))
    assert "rule: vowels" in changes_table([rule])


def test_found_names_are_ranked() -> None:
    found = [MentionCount("Kabul", "p1", "place", 3, 2), MentionCount("Aberdeen", "p2", "place", 1, 1)]
    assert found_table(found).splitlines()[1].split() == ["Kabul", "place", "p1", "3"]


def test_columns_line_up_with_wide_and_combining_characters() -> None:
    lines = grid(["name", "n"], [["喀布尔", "1"], ["Kābul", "2"], ["Ka\u0304bul", "3"]]).splitlines()
    assert len({width(line) for line in lines}) == 1


def test_a_cell_that_is_too_long_is_cut() -> None:
    assert width(shorten("喀" * 100, 9)) <= 9
    assert "…" in grid(["name"], [["x" * 200]])


def test_the_diff_shows_both_sides_and_the_line() -> None:
    text = "First.\nIn Kabool and Kabol.\r\nLast."
    edits = [Edit(10, 16, "Kabool", "Kabul", "alias"), Edit(21, 26, "Kabol", "Kabul", "rule")]
    assert diff("a.txt", text, edits).splitlines() == [
        "--- a.txt",
        "@@ line 2 @@ alias, rule",
        "-In Kabool and Kabol.",
        "+In Kabul and Kabul.",
    ]


def test_the_diff_cuts_long_lines_around_edits() -> None:
    text = "word " * 500 + "Kabool " + "word " * 500
    shown = diff("a.txt", text, [Edit(2500, 2506, "Kabool", "Kabul", "alias")])
    assert len(shown) < 400
    assert shown.count("…") == 4
    assert "word Kabool word" in shown


def test_the_diff_of_nothing_is_nothing() -> None:
    assert diff("a.txt", "Kabul", []) == ""


def test_colour_adds_escapes_and_nothing_else() -> None:
    edits = [Edit(3, 9, "Kabool", "Kabul", "alias")]
    painted = diff("a.txt", "In Kabool.", edits, colour=True)
    assert "\x1b[" in painted
    assert plain(painted) == diff("a.txt", "In Kabool.", edits)


@given(st.text(), st.text(), st.text())
def test_no_text_of_a_document_steers_the_terminal(before: str, span: str, after: str) -> None:
    edit = Edit(len(before), len(before) + len(span), span, "Kabul", "alias")
    shown = diff("a\x1b.txt", before + span + after, [edit])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", visible(span))
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", shown), "direction overrides reorder what follows"


def candidate(entity: Entity, score: float) -> Candidate:
    return Candidate(entity, entity.canonical, "canonical", "exact", score)


def test_decisions_of_each_status() -> None:
    decisions = [
        Decision("Kabol", "accept", candidate(KABUL, 0.98765)),
        Decision("Aberdeen", "ambiguous", candidate(ABERDEEN, 0.6), (candidate(KABUL, 0.4),)),
        Decision("Xyz", "abstain"),
    ]
    rows = [line.split() for line in decisions_table(decisions).splitlines()]
    assert rows[1] == ["Kabol", "Kabul", "place", "p1", "exact", "0.9877", "accept"]
    assert rows[2][-2:] == ["Kabul", "(p1)"]
    assert rows[3] == ["Xyz", "-", "abstain"]
    assert plain(decisions_table(decisions, colour=True)) == decisions_table(decisions)


def test_an_explanation_is_made_safe() -> None:
    assert explanation(["Kab\x1bol: accepted", "  because"]) == "Kab␛ol: accepted\n  because"
    assert explanation([]) == ""


def test_failures_name_the_first_and_where_the_others_are() -> None:
    failures = [Failure(f"{n}.txt", "not UTF-8", "Say --encoding NAME") for n in range(7)]
    lines = failure_lines(failures, 9, "out/failures.jsonl", limit=2)
    assert lines == [
        "0.txt: not UTF-8. Say --encoding NAME.",
        "1.txt: not UTF-8. Say --encoding NAME.",
        "… and 7 more failures.",
        "All 9 failures are told in out/failures.jsonl.",
    ]


def test_the_summary_line_says_what_was_done() -> None:
    run = Summary(documents=2, changed=1, edits=3, failed=1, bytes=2_500_000, seconds=1.0)
    assert summary_line(run) == "2 documents, 1 changed, 3 edits, 1 failed; 2.5 MB in 1.0 s (2.5 MB/s)"
    assert summary_line(run, dry_run=True).startswith("2 documents, 1 would change")
    assert summary_line(run, found=1).startswith("2 documents, 1 name found")
