"""Learn the weights of `canonym.decide` from gold: texts with the spans that are damaged names.

    python training/decide.py GOLD.jsonl[.gz] --table TABLE [--folds 5] [-o src/canonym/data/decide.json]

Each line of GOLD: {"id", "text", "damaged": [{"start", "end", "ids": [...]}]}. Every form that the recogniser
proposes in a text is a row; it is positive where gold marks the same span with an id of the candidate. The model is
logistic regression with a small L2 penalty, fitted by Newton's method: the same rows give the same weights.
Printed: cross-validated precision and recall of decisions at several thresholds.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import canonym
from canonym import decide, recognise
from canonym.evidence import Evidence
from canonym.model import Candidate, Decision
from canonym.text import fold


def load(path: Path) -> list[dict[str, Any]]:
    """The gold documents."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.splitlines()]


def rows(docs: Sequence[dict[str, Any]], table: str) -> tuple[list[dict[str, float]], list[int], list[tuple[int, int]]]:
    """Signals, labels, and for each row its document and proposal number."""
    out: list[dict[str, float]] = []
    labels: list[int] = []
    groups: list[tuple[int, int]] = []
    seen: list[tuple[str, Sequence[Candidate], Sequence[Evidence]]] = []
    accepted_spans: list[tuple[int, int]] = []

    def record(form: str, candidates: Sequence[Candidate], evidence: Sequence[Evidence]) -> Decision:
        seen.append((form, candidates, evidence))
        return Decision(form, "abstain")

    original = recognise.Recogniser._believable

    def watched(self: Any, text: str, listed: Any, proposed: Any) -> Any:
        accepted_spans[:] = [(p.start, p.end) for p in proposed]
        return original(self, text, listed, proposed)

    recognise.decide = record  # type: ignore[attr-defined]
    recognise.Recogniser._believable = watched  # type: ignore[method-assign]
    names = canonym.load(table)
    number = 0
    for k, doc in enumerate(docs):
        seen.clear()
        accepted_spans.clear()
        names._recogniser.annotate([doc["text"]])
        gold = {(g["start"], g["end"]): set(g["ids"]) for g in doc["damaged"]}
        for span, (form, candidates, evidence) in zip(accepted_spans, seen, strict=True):
            number += 1
            for candidate, here in zip(candidates, evidence, strict=True):
                out.append(decide.signals(form, candidate, candidates, here))
                labels.append(int(candidate.entity.id in gold.get(span, ())))
                groups.append((k, number))
    return out, labels, groups


def name_rows(path: Path, table: str, first: int) -> tuple[list[dict[str, float]], list[int], list[tuple[int, int]]]:
    """The same rows for names without text: a CSV with the columns name and ids (joined by |, empty for strangers)."""
    names = canonym.load(table)
    out: list[dict[str, float]] = []
    labels: list[int] = []
    groups: list[tuple[int, int]] = []
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text("utf-8")
    for k, row in enumerate(csv.DictReader(io.StringIO(text))):
        found = (
            names._near(row["name"], fold(row["name"]), None) if not names._candidates.listed(fold(row["name"])) else ()
        )
        for c in found:
            out.append(decide.signals(fold(row["name"]), c, found, Evidence()))
            labels.append(int(c.entity.id in row["ids"].split("|")))
            groups.append((k, first + k))
    return out, labels, groups


def fit(x: np.ndarray, y: np.ndarray, penalty: float = 1.0, rounds: int = 30) -> np.ndarray:
    """Logistic regression by Newton's method; x has shape (rows, signals + 1), its last column is ones."""
    w = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], penalty)
    ridge[-1] = 1e-6
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (p - y) + ridge * w
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if np.abs(step).max() < 1e-9:
            break
    return w


def report(title: str, score: np.ndarray, y: np.ndarray, groups: list[tuple[int, int]], total: int) -> None:
    """Precision and recall of the likeliest candidate of each proposal, at several thresholds."""
    best: dict[int, int] = {}
    for row, (_, proposal) in enumerate(groups):
        if proposal not in best or score[row] > score[best[proposal]]:
            best[proposal] = row
    top = np.array(sorted(best.values()))
    reach = len({g for (_, g), label in zip(groups, y, strict=True) if label})
    print(f"{title}: {len(y)} rows, {len(top)} proposals, {reach} of them with a right candidate")
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95):
        taken = top[score[top] >= threshold]
        good = y[taken].sum()
        recall = good / max(1, total or reach)
        print(f"{threshold:.2f} precision {good / max(1, len(taken)):.4f} recall {recall:.4f} taken {len(taken)}")


def main() -> None:
    """Fit, cross-validate, write."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("gold", type=Path)
    ap.add_argument("--table", default="default")
    ap.add_argument("--names", type=Path, help="a CSV of single names, learned from too")
    ap.add_argument("--folds", type=int, default=5)
    ap.add_argument("-o", "--output", type=Path)
    a = ap.parse_args()
    docs = load(a.gold)
    signals, labels, groups = rows(docs, a.table)
    in_text = len(labels)
    if a.names:
        for have, new in zip((signals, labels, groups), name_rows(a.names, a.table, 10**9), strict=True):
            have.extend(new)  # type: ignore[arg-type]
    columns = sorted(signals[0])
    x = np.array([[s[c] for c in columns] + [1.0] for s in signals])
    y = np.array(labels, dtype=float)
    fold_of = np.array([doc % a.folds for doc, _ in groups])
    score = np.zeros(len(y))
    for k in range(a.folds):
        w = fit(x[fold_of != k], y[fold_of != k])
        score[fold_of == k] = 1 / (1 + np.exp(-(x[fold_of == k] @ w)))
    report("texts", score[:in_text], y[:in_text], groups[:in_text], sum(len(d["damaged"]) for d in docs))
    if a.names:
        report("names", score[in_text:], y[in_text:], groups[in_text:], 0)
    w = fit(x, y)
    for c, v in sorted(zip([*columns, "bias"], w, strict=True), key=lambda p: -abs(p[1])):
        print(f"{c:18s} {v:8.3f}")
    if a.output:
        model = {"bias": round(float(w[-1]), 4), "weights": {c: round(float(v), 4) for c, v in zip(columns, w, strict=False)},
                 "threshold": 0.8, "threshold_alone": 0.6, "margin": 0.1}  # fmt: skip
        a.output.write_text(json.dumps(model, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
