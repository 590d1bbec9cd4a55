"""Quality measured on gold: precision, recall, false repairs, and whether the scores can be believed."""

from canonym.evaluate.calibration import Bin, Calibration, calibrate
from canonym.evaluate.gold import read, task_of
from canonym.evaluate.markup import parse_documents
from canonym.evaluate.score import Matcher, evaluate, explained
from canonym.evaluate.types import (
    Error,
    Evaluation,
    Gold,
    GoldError,
    GoldName,
    GoldPair,
    GoldText,
    Mark,
    Names,
    Pairs,
    Texts,
)

__all__ = [
    "Bin",
    "Calibration",
    "Error",
    "Evaluation",
    "Gold",
    "GoldError",
    "GoldName",
    "GoldPair",
    "GoldText",
    "Mark",
    "Matcher",
    "Names",
    "Pairs",
    "Texts",
    "calibrate",
    "evaluate",
    "explained",
    "parse_documents",
    "read",
    "task_of",
]
