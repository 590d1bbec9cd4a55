"""How training chooses thresholds, from made-up outcomes."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from canonym.decide import thresholds
from canonym.index import Index, compile_table
from canonym.resolve import Normaliser
from canonym.table import parse
from canonym.trees import shipped


@pytest.fixture(scope="module")
def training() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "training" / "thresholds.py"
    spec = importlib.util.spec_from_file_location("training_thresholds", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_best_f1_that_keeps_the_aims(training: ModuleType) -> None:
    def outcome(right: int, false: int) -> object:
        return training.Outcome(right=right, false=false, damaged=1000, words=200_000)

    found = {0.3: outcome(990, 40), 0.5: outcome(930, 15), 0.7: outcome(900, 8), 0.9: outcome(700, 1)}
    assert training.choose_text(found, training.Aims(0.98, 1.2)) == 0.5
    assert training.choose_text(found, training.Aims(0.98, 0.5)) == 0.7
    assert training.choose_text(found, training.Aims(0.9, 3.0)) == 0.3


def test_the_first_name_of_a_text_is_led_to(training: ModuleType) -> None:
    assert [training.lead(limit) for limit in (0.2, 0.4, 0.75, 0.85)] == [0.4, 0.6, 0.95, 0.95]


def test_where_no_threshold_keeps_the_aims_the_nearest(training: ModuleType) -> None:
    found = {
        0.5: training.Outcome(right=900, false=90, damaged=1000, words=100_000),
        0.8: training.Outcome(right=800, false=50, damaged=1000, words=100_000),
    }
    assert training.choose_text(found, training.Aims(0.98, 1.2)) == 0.8


def test_names_alone(training: ModuleType) -> None:
    points = [(0.9, 0.99, 0.7, 70), (0.614, 0.981, 0.9, 90), (0.3, 0.95, 0.97, 99)]
    assert training.choose_alone(points, 0.6, training.Aims()) == 0.61
    close = [(0.7, 0.985, 0.8999, 89), (0.6, 0.981, 0.902, 90)]
    assert training.choose_alone(close, 0.6, training.Aims()) == 0.7
    assert training.choose_alone([], 0.6, training.Aims()) == 0.6


def test_what_is_hopeless_loses_next_to_nothing(training: ModuleType) -> None:
    assert training.highest([0.97] * 2000, 2000) == 0.95
    assert training.highest([0.62] + [0.97] * 2000, 2001) == 0.95
    assert training.highest([0.62] * 3 + [0.97] * 2000, 2003) == 0.6
    assert training.highest([], 100) == 0.95


def test_a_recogniser_decides_by_the_limits_it_is_given_and_by_no_others(training: ModuleType) -> None:
    table = parse(b"canonical,alias,type\nManchester,Manchester,place\nLiverpool,Liverpool,place\n")
    index = Index(compile_table(table))
    text = "The train from Liverpool to Manchestr was late again."
    restored = {}
    for first in (1e-6, 1 - 1e-6, 1e-6):
        limits = replace(thresholds(), first=first, text=first, hopeless=training.NEVER, needy=training.NEVER)
        with training.using(shipped("decide"), limits):
            (found,) = Normaliser([index])._recogniser.annotate([text])
        restored[first] = [m.text for m in found if m.match == "fuzzy"]
    assert restored == {1e-6: ["Manchestr"], 1 - 1e-6: []}
