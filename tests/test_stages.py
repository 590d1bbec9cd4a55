"""The bar of imports and compilations: for people only, and once the work has proved long."""

from __future__ import annotations

import pytest

from canonym.cli import stages


def test_stages_are_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(stages, "is_terminal", lambda stream: True)
    monkeypatch.setattr(stages, "_PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with stages.stages(True) as progress:
        assert progress is not None
        progress("Reading places", 50, 100, 1234)
        progress("Sorting", 0, None, 1234)
    out = capsys.readouterr()
    assert "Reading places" in out.err and "1,234 kept" in out.err and "Sorting" in out.err
    assert out.out == ""


def test_short_work_and_others_than_people_see_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with stages.stages(True) as progress:
        assert progress is None
    monkeypatch.setattr(stages, "is_terminal", lambda stream: True)
    with stages.stages(False) as progress:
        assert progress is None
    with stages.stages(True) as progress:
        assert progress is not None
        progress("Reading", 1, 2, 3)
    assert capsys.readouterr() == ("", "")
