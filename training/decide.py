"""Learn the model of `canonym.decide`: which damaged form is which name, and which is none.

    python training/decide.py [--packages FOLDER] [--gold GOLD.jsonl[.gz] --table TABLE.csv[.gz]]
                              [--names NAMES.csv[.gz]] [--copies 3] [--folds 5] [-o src/canonym/data]

FOLDER holds what `packages.py` makes: gold, table and names from packages alone. Files of one's own are learned from
beside it, or without it; what is printed is of one's own where there are any. GOLD has a JSON object a line:
{"id", "text", "damaged": [{"start", "end", "clean", "ids"}], "plain": [[start, end]]}. NAMES has the columns name and
ids (joined by "|", empty for strangers).

Every text is learned from as it is, and `--copies` times more with its sound names damaged by `training/noise.py`
or replaced by real alternate names that the table used then does not list. Each form that the recogniser proposes is a
case, each of its candidates a row.

`--texts` runs the whole recogniser over each text with a model that has not seen it (five folds by document), and
counts what an annotation would: restored names, precision, false repairs in 10,000 words.

With `-o` the forest (decide.npz) and the thresholds (decide.json, see `thresholds.py`) are written there.

Printed: cross-validated by document, precision and recall of the likeliest candidate at several thresholds, the gain
of each feature, and by how much each family of features helps (`--families`).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import itertools
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from forest import Settings, calibrate, grow, write
from noise import damage
from thresholds import NEVER, Aims, Judge, choose, using

from canonym import table as tables
from canonym import trees
from canonym.decide import NAMES, Case, rows, thresholds
from canonym.found import mention
from canonym.index import compile_table, open_index, save
from canonym.resolve import Normaliser, open_table
from canonym.text import fold


def read(path: Path) -> bytes:
    """The bytes of a file, unpacked."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@dataclass
class Rows:
    """Rows of features with labels, weights, and for each the document (or name) and the case it is of."""

    x: list[tuple[float, ...]]
    y: list[int]
    weight: list[float]
    group: list[int]
    case: list[int]
    real: list[bool]

    def add(self, case: Case, right: set[str], group: int, weight: float, real: bool) -> None:
        """Add every candidate of a case."""
        number = (self.case[-1] + 1) if self.case else 0
        for row, candidate in zip(rows(case), case.candidates, strict=True):
            self.x.append(row)
            self.y.append(int(candidate.entity.id in right))
            self.weight.append(weight)
            self.group.append(group)
            self.case.append(number)
            self.real.append(real)


def hold_out(path: Path, share: float, seed: int, folder: Path) -> tuple[Normaliser, dict[str, list[str]]]:
    """The table without a share of its Latin alternate names, and these, by entity id."""
    whole = tables.read(path)
    rng = random.Random(seed)
    keep: list[int] = []
    out: dict[str, list[str]] = {}
    gone: set[str] = set()
    for k, (alias, kind) in enumerate(zip(whole.aliases, whole.kinds, strict=True)):
        folded = fold(alias)
        if kind != "canonical" and folded.isascii() and len(folded) > 3 and rng.random() < share:
            out.setdefault(whole.entities[whole.entity_of[k]].id, []).append(alias)
            gone.add(folded)
        else:
            keep.append(k)
    keep = [k for k in keep if fold(whole.aliases[k]) not in gone or whole.kinds[k] == "canonical"]
    part = replace(
        whole,
        aliases=[whole.aliases[k] for k in keep],
        entity_of=[whole.entity_of[k] for k in keep],
        kinds=[whole.kinds[k] for k in keep],
        lines=[whole.lines[k] for k in keep],
    )
    kept = folder / f"{whole.fingerprint}-{seed}.index"
    if not kept.exists():
        save(compile_table(part), kept)
    return Normaliser([open_index(kept)]), out


def clean(doc: dict[str, Any]) -> tuple[str, list[tuple[int, int, set[str]]]]:
    """The text with its damaged names mended, and the spans of its sound names with the ids they may have."""
    spans = [(g["start"], g["end"], g["clean"], set(g["ids"])) for g in doc["damaged"]]
    spans += [(a, b, doc["text"][a:b], set()) for a, b in doc["plain"]]
    text, out, done = "", [], 0
    for start, end, name, ids in sorted(spans):
        if start < done:
            continue
        text += doc["text"][done:start]
        out.append((len(text), len(text) + len(name), ids))
        text += name
        done = end
    return text + doc["text"][done:], out


def damaged(
    doc: dict[str, Any], names: Normaliser, alternates: dict[str, list[str]], rng: random.Random
) -> dict[str, Any]:
    """A copy of a document with other names of it damaged."""
    text, spans = clean(doc)
    out, done, gold = "", 0, []
    share = rng.choice([0.15, 0.3, 0.5])
    for start, end, ids in spans:
        name = text[start:end]
        ids = ids or {c.entity.id for c in names._candidates.listed(fold(name))}
        if not ids or rng.random() > share:
            continue
        others = [a for i in sorted(ids) for a in alternates.get(i, ())]
        if others and rng.random() < 0.16:
            new = rng.choice(others)
            ids = {i for i in ids if new in alternates.get(i, ())}
        else:
            new, _ = damage(name, rng)
        if fold(new) == fold(name) or names._candidates.listed(fold(new)):
            continue
        out += text[done:start]
        gold.append({"start": len(out), "end": len(out) + len(new), "ids": sorted(ids)})
        out += new
        done = end
    return {"text": out + text[done:], "damaged": gold}


def collect(
    doc: dict[str, Any], names: Normaliser, out: Rows, group: int, weight: float, real: bool, rng: random.Random
) -> None:
    """Rows of the cases of a document: at first sight, and again when some of its names have been accepted."""
    text = doc["text"]
    (page,) = names._recogniser.pages([text])
    gold = {(g["start"], g["end"]): set(g["ids"]) for g in doc["damaged"]}
    first = list(page.cases(lone=True))
    for place, case in first:
        out.add(case, gold.get((place.start, place.end), set()), group, weight, real)
    right = []
    for place, case in first:
        ids = gold.get((place.start, place.end), set())
        best = next((c for c in case.candidates if c.entity.id in ids), None)
        if best is not None and rng.random() < 0.6:
            right.append((place, mention(text, place.start, place.end, best, (best,))))
    if right:
        page.accept(right)
        for place, case in page.cases(lone=True):
            out.add(case, gold.get((place.start, place.end), set()), group, weight * 0.5, False)


@dataclass(frozen=True)
class Source:
    """Gold with its table, and single names."""

    gold: Path
    table: Path
    names: Path | None

    def docs(self, most: int | None) -> list[dict[str, Any]]:
        """The texts."""
        return [json.loads(line) for line in read(self.gold).splitlines()[:most]]


def sources(a: argparse.Namespace) -> list[Source]:
    """One's own files first, then those made from packages."""
    out = [Source(a.gold, a.table, a.names)] if a.gold else []
    if a.packages:
        made = [a.packages / name for name in ("gold.jsonl.gz", "table.csv.gz", "names.csv.gz")]
        out.append(Source(made[0], made[1], made[2] if made[2].exists() else None))
    return out


def main() -> None:
    """Collect, cross-validate, grow, write."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--packages", type=Path, help="a folder that packages.py made")
    ap.add_argument("--gold", type=Path)
    ap.add_argument("--table", type=Path)
    ap.add_argument("--names", type=Path)
    ap.add_argument("--copies", type=int, default=3)
    ap.add_argument("--folds", type=int, default=5)
    ap.add_argument("--most", type=int, help="so many texts of each kind: a quick trial")
    ap.add_argument("--texts", action="store_true", help="cross-validate whole annotations")
    ap.add_argument("--families", action="store_true", help="leave out each family of features in turn")
    ap.add_argument("--rows", type=Path, help="keep the rows in this .npz file, and read them from there next time")
    ap.add_argument("--precision", type=float, default=Aims.precision, help="aimed at by the thresholds")
    ap.add_argument("--false-repairs", type=float, default=Aims.false_repairs, help="in 10,000 words, at most")
    ap.add_argument("-o", "--output", type=Path)
    a = ap.parse_args()
    if not (a.gold or a.packages) or bool(a.gold) != bool(a.table):
        ap.error("give --packages, or --gold with its --table, or both")
    given = sources(a)
    docs = given[0].docs(a.most)
    total = sum(len(d["damaged"]) for d in docs)
    if a.rows and a.rows.exists():
        data = dict(np.load(a.rows))
    else:
        # What the model at hand holds to be hopeless is learned from too.
        with using(trees.shipped("decide"), replace(thresholds(), hopeless=NEVER, needy=NEVER)):
            parts = [make_rows(source, source.docs(a.most), a.copies, k == 0) for k, source in enumerate(given)]
        data = together(parts)
        if a.rows:
            np.savez_compressed(a.rows, **data)
    x, y, weight, group, case, real = (data[k] for k in ("x", "y", "weight", "group", "case", "real"))
    alone = x[:, NAMES.index("in_text")] == 0
    settings = Settings()
    score, forests = cross(x, y, weight, group, a.folds, settings, list(range(len(NAMES))))
    # Calibrated on what was not damaged anew: the likeliest candidate of each case of the first gold.
    top = best_of(score, case, real)
    scale, shift = calibrate(score[top], y[top])
    probability = 1 / (1 + np.exp(-(score * scale + shift)))
    report("texts", probability, y, case, real & ~alone, total)
    if (real & alone).any():
        report("names", probability, y, case, real & alone, 0)
    judge = Judge(docs, open_table(given[0].table), [f._replace(scale=scale, shift=shift) for f in forests])
    if a.texts:
        print(f"whole texts: {judge.outcome(thresholds())}", flush=True)
    if a.families:
        for family, members in FAMILIES.items():
            columns = [k for k, n in enumerate(NAMES) if n not in members]
            part, _ = cross(x, y, weight, group, a.folds, settings, columns)
            print(f"without {family}: best F1 {best_f1(part, y, case, real & ~alone, total):.4f}")
        print(f"with all: best F1 {best_f1(score, y, case, real & ~alone, total):.4f}")
    if a.output:
        forest = grow(NAMES, x, y, weight, settings)
        write(str(a.output / "decide.npz"), forest._replace(scale=scale, shift=shift))
        points = curve(probability, y, case, real & alone, 0) if (real & alone).any() else []
        limits = choose(judge, points, thresholds(), Aims(a.precision, a.false_repairs))
        (a.output / "decide.json").write_text(json.dumps(asdict(limits)) + "\n", "utf-8")


def together(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The rows of several sources, cases and documents numbered through."""
    for one, two in itertools.pairwise(parts):
        for name in ("group", "case"):
            two[name] = two[name] + 1 + int(one[name].max(initial=-1))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


FAMILIES = {
    "weighted edits": {"cost", "relative_cost", "margin", "behind"},
    "plain metrics": {"edits", "likeness", "longer", "first_letter", "last_letter", "frame", "rule"},
    "word frequency": {"rarest_word", "joined_word", "name_word", "lower_in_text"},
    "prominence": {"prominence", "canonical", "far_fetched", "homonym"},
    "the same name elsewhere": {"same_entity", "same_name", "same_damaged", "repeated"},
    "country": {"country_share", "places"},
    "surroundings": {"locative", "feature_word", "title", "saying", "capital_before", "capital_after", "comma_place",
                     "begins", "before", "after", "run"},
}  # fmt: skip


def make_rows(source: Source, docs: list[dict[str, Any]], copies: int, first: bool) -> dict[str, Any]:
    """All rows, as arrays; only those of the first source are real."""
    names = Normaliser([open_table(source.table)])
    out = Rows([], [], [], [], [], [])
    for k, doc in enumerate(docs):
        collect(doc, names, out, k, 1.0, first, random.Random(k))
    print("rows of the texts", len(out.y), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for copy in range(copies):
            part, alternates = hold_out(source.table, 0.12, copy, Path(folder))
            for k, doc in enumerate(docs):
                rng = random.Random(1_000_003 * (copy + 1) + k)
                new = damaged(doc, part, alternates, rng)
                if new["damaged"]:
                    collect(new, part, out, k, 0.5, False, rng)
            print("rows with copy", copy, len(out.y), flush=True)
            del part
    if source.names:
        singles = list(csv.DictReader(io.StringIO(read(source.names).decode("utf-8"))))
        cases = names._alone.cases([row["name"] for row in singles], None)
        for k, (row, case) in enumerate(zip(singles, cases, strict=True)):
            if case.candidates and not names._candidates.listed(case.form):
                right = set(row["ids"].split("|")) if row["ids"] else set()
                out.add(case, right, k, 1.0, first)
    return {
        "x": np.array(out.x, np.float32),
        "y": np.array(out.y, np.float64),
        "weight": np.array(out.weight, np.float64),
        "group": np.array(out.group),
        "case": np.array(out.case),
        "real": np.array(out.real),
    }


def cross(x: Any, y: Any, weight: Any, group: Any, folds: int, settings: Settings, columns: Sequence[int]) -> Any:
    """Held-out log-odds of every row, by document, and the forest of each fold."""
    score, forests = np.zeros(len(y)), []
    names = tuple(NAMES[k] for k in columns)
    x = x[:, columns]
    for fold_ in range(folds):
        test = group % folds == fold_
        forest = grow(names, x[~test], y[~test], weight[~test], settings)
        score[test] = forest.log_odds(x[test])
        forests.append(forest)
    return score, forests


def best_of(score: Any, case: Any, mask: Any) -> Any:
    """The row of the likeliest candidate of each case under the mask."""
    at = np.flatnonzero(mask)
    order = at[np.lexsort((-score[at], case[at]))]
    return order[np.unique(case[order], return_index=True)[1]]


def curve(score: Any, y: Any, case: Any, mask: Any, total: int) -> list[tuple[float, float, float, int]]:
    """Threshold, precision, recall and the number taken, from the strictest threshold on."""
    top = best_of(score, case, mask)
    top = top[np.argsort(-score[top], kind="stable")]
    good = np.cumsum(y[top])
    total = total or len(np.unique(case[mask & (y > 0)]))
    return [
        (float(score[r]), float(g / (k + 1)), float(g / total), k + 1)
        for k, (r, g) in enumerate(zip(top, good, strict=True))
    ]


def best_f1(score: Any, y: Any, case: Any, mask: Any, total: int) -> float:
    """The best F1 over all thresholds: optimistic, but fair for comparing features."""
    return max(2 * p * r / max(1e-9, p + r) for _, p, r, _ in curve(score, y, case, mask, total))


def report(title: str, score: Any, y: Any, case: Any, mask: Any, total: int) -> None:
    """Precision and recall at several thresholds."""
    points = curve(score, y, case, mask, total)
    print(title)
    for limit in (0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
        fits = [p for p in points if p[0] >= limit]
        if fits:
            _, p, r, n = fits[-1]
            print(f"  {limit:.2f} precision {p:.4f} recall {r:.4f} F1 {2 * p * r / (p + r):.4f} taken {n}")


if __name__ == "__main__":
    main()
