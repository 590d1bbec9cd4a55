"""One command for all that is learned: data made from packages, then every model, into a folder of one's choice.

    python training/all.py OUT                                  # an hour or so on one core
    python training/all.py OUT --quick                          # half a minute: to see that all of it runs
    python training/all.py OUT --only letters surroundings decide
    python training/all.py OUT --gold GOLD.jsonl.gz --table TABLE.csv.gz --names NAMES.csv.gz \\
        --texts NEWS.jsonl.gz --pairs --extra PAIRS.tsv.gz --evaluate LIKE_THE_USE.tsv.gz:40

OUT/src becomes a copy of the package in which each step leaves its files, so that what is learned later rests on what
was learned before: try it with PYTHONPATH=OUT/src. Nothing that ships is touched; copy OUT/src/canonym/data/* over
src/canonym/data to ship it. The same packages give the same bytes. What stands behind --pairs is handed to pairs.py.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


@dataclass(frozen=True)
class Step:
    """A step: its name, the files it makes, and the arguments of its script."""

    name: str
    makes: tuple[str, ...]
    command: Callable[[argparse.Namespace, Path, Path], list[str]]


def _packages(a: argparse.Namespace, data: Path, made: Path) -> list[str]:
    few = ["--most", "40", "--names", "200", "--population", "800000"] if a.quick else []
    return ["packages.py", str(made), *few]


def _capitals(a: argparse.Namespace, data: Path, made: Path) -> list[str]:
    return ["capitals.py", str(made / "texts.jsonl.gz"), *map(str, a.texts), "-o", str(data / "capitals.json")]


def _letters(a: argparse.Namespace, data: Path, made: Path) -> list[str]:
    return ["letters.py", "-o", str(data / "letters.npz")]


def _namesakes(a: argparse.Namespace, data: Path, made: Path) -> list[str]:
    few = ["--smallest", "300000"] if a.quick else []
    return ["namesakes.py", *few, "-o", str(data / "namesakes.txt.gz")]


def _homographs(a: argparse.Namespace, data: Path, made: Path) -> list[str]:
    few = ["--smallest", "300000"] if a.quick else []
    return ["homographs.py", *few, "-o", str(data / "homographs.txt.gz")]


def _surroundings(a: argparse.Namespace, data: Path, made: Path) -> list[str]:
    few = ["--characters", "100000"] if a.quick else []
    read = [str(made / "texts.jsonl.gz"), *map(str, a.texts)]
    return ["surroundings.py", *read, *few, "-o", str(data / "surroundings.json")]


def _decide(a: argparse.Namespace, data: Path, made: Path) -> list[str]:
    few = ["--copies", "1", "--folds", "2"] if a.quick else ["--copies", "5"]
    # Texts of packages hold true variants that nobody marked, which count as false.
    aims = [] if a.gold else ["--precision", "0.96", "--false-repairs", "2"]
    out = ["decide.py", "--packages", str(made), *few, *aims, "-o", str(data)]
    for name in ("gold", "table", "names"):
        if value := getattr(a, name):
            out += [f"--{name}", str(value)]
    return out


def _pairs(a: argparse.Namespace, data: Path, made: Path) -> list[str]:
    few = ["--made", "1600", "--cities", "800", "--epochs", "1", "--folds", "2", "--tuning", "1"] if a.quick else []
    return ["pairs.py", *few, *a.pairs, "-o", str(data)]


STEPS = (
    Step("packages", (), _packages),
    Step("capitals", ("capitals.json",), _capitals),
    Step("letters", ("letters.npz",), _letters),
    Step("surroundings", ("surroundings.json",), _surroundings),
    Step("namesakes", ("namesakes.txt.gz",), _namesakes),
    Step("homographs", ("homographs.txt.gz",), _homographs),
    Step("decide", ("decide.npz", "decide.json"), _decide),
    Step(
        "pairs",
        ("words_idf.json", "sounds.npz", "whence.npz", "edits.npz", "network.npz", "pairs.npz", "well_known.json"),
        _pairs,
    ),
)  # fmt: skip


def copy(source: Path, target: Path) -> None:
    """Copy the package, but keep what an earlier run left in the copy."""
    learned = {name for step in STEPS for name in step.makes if (target / "data" / name).exists()}
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", *learned), dirs_exist_ok=True)


def run(a: argparse.Namespace) -> None:
    """Copy the package, then run each step on the copy."""
    out = a.out.resolve()
    copied, made = out / "src" / "canonym", out / "packages"
    copy(ROOT / "src" / "canonym", copied)
    (out / "data").mkdir(exist_ok=True)
    shutil.copy(ROOT / "data" / "aliases.csv", out / "data" / "aliases.csv")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(out / "src"), *filter(None, [os.environ.get("PYTHONPATH")]))),
        "CANONYM_CACHE": str(out / "cache"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    steps = [step for step in STEPS if not a.only or step.name in a.only]
    for number, step in enumerate(steps, 1):
        print(f"[{number}/{len(steps)}] {step.name}", flush=True)
        began = time.perf_counter()
        script, *arguments = step.command(a, copied / "data", made)
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True, env=environment, cwd=ROOT)
        sizes = ", ".join(f"{name} {(copied / 'data' / name).stat().st_size:,} bytes" for name in step.makes)
        print(f"[{number}/{len(steps)}] {step.name}: {time.perf_counter() - began:.0f} s {sizes}", flush=True)
    print(f"Try it: PYTHONPATH={out / 'src'} python -m canonym ...")


def main() -> None:
    """Ask, run."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("out", type=Path, help="a folder for the copy of the package, the data made and a cache")
    ask.add_argument("--quick", action="store_true", help="little data: to see that all of it runs")
    ask.add_argument("--only", nargs="+", choices=[step.name for step in STEPS], help="these steps only")
    ask.add_argument("--gold", type=Path, help="texts of one's own with damaged names marked, see decide.py")
    ask.add_argument("--table", type=Path, help="the table that --gold goes with")
    ask.add_argument("--names", type=Path, help="single names of one's own")
    ask.add_argument("--texts", type=Path, action="append", default=[], help="JSON lines with more running text")
    ask.add_argument("--pairs", nargs=argparse.REMAINDER, default=[], help="what follows goes to pairs.py")
    run(ask.parse_args())


if __name__ == "__main__":
    main()
