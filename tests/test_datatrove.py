"""A real pipeline of datatrove: two tasks, two worker processes, against the normaliser in this process."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datatrove", reason="needs the extra `datatrove`")

import canonym
from canonym.integrations import datatrove as integration
from canonym.integrations.datatrove import CanonymNormaliser, CanonymNormalizer
from canonym.model import Result, TableError
from canonym.profile import Profile

PAGE = (Path(__file__).parents[1] / "docs" / "datatrove.md").read_text(encoding="utf-8")
SENTENCES = [
    "The army left Afghstan for Londno and Untied Kigndom towns.",
    "Nahri Shahi, Mazari Sharif and Shiberghan are in the north, said VOA.",
    "🙂 در شهر مزار شریف و در برلین; Tebyan said so.",
    "Nothing to see in Jones Office, he said.",
]


def corpus(folder: Path) -> dict[str, str]:
    """Two files, with keys of their own."""
    folder.mkdir()
    texts = {f"doc:{k}": " ".join(SENTENCES[(k * 7 + j) % 4] for j in range(1 + k % 3)) for k in range(60)}
    for part in (0, 1):
        with (folder / f"{part}.jsonl").open("w", encoding="utf-8") as file:
            for k, (name, text) in enumerate(texts.items()):
                if k % 2 == part:
                    line = {"url": name, "body": text, "lang": "en", "n": [k]}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return texts


def documents(*texts: str) -> list[Any]:
    from datatrove.data import Document

    return [Document(text=text, id=str(k), metadata={"k": k}) for k, text in enumerate(texts)]


def only(step: CanonymNormaliser, text: str) -> str:
    (document,) = step(documents(text))
    return str(document.text)


def test_the_pipeline_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = corpus(tmp_path / "in")
    Path("mine.csv").write_text("canonical,alias\nTabyan,Tebyan\n", encoding="utf-8")
    exec("\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.S)), {})
    lines = [json.loads(line) for path in sorted(Path("out").glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    assert len(list(Path("out").glob("*.jsonl"))) == 2
    found = {line["id"]: line for line in lines}
    assert found.keys() == texts.keys()
    wanted = canonym.load("mine.csv", "default").process(list(texts.values()))
    for k, (name, one) in enumerate(zip(texts, wanted, strict=True)):
        assert found[name]["text"] == one.text
        metadata = found[name]["metadata"]
        assert (metadata["lang"], metadata["n"]) == ("en", [k])
        edits = [canonym.Edit(**{**e, "reasons": tuple(e["reasons"])}) for e in metadata["canonym_edits"]]
        assert tuple(edits) == one.edits
    assert "Tabyan" in found["doc:2"]["text"]
    stats = json.loads(Path("logs/stats.json").read_text(encoding="utf-8"))
    told = next(step for step in stats if "canonym" in step["name"])["stats"]
    own = {name: value if isinstance(value, int) else value["total"] for name, value in told.items()}
    assert own["total"] == 60
    assert own["edits"] == sum(len(one.edits) for one in wanted)
    assert own["changed"] == sum(bool(one.edits) for one in wanted)
    assert sum(count for name, count in own.items() if name.startswith("edits: ")) == own["edits"]


def test_the_object_of_the_page_is_what_comes_out() -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.S)[0])
    (document,) = CanonymNormaliser()(documents("He fled Afghstan."))
    assert document.text == shown["text"]
    assert document.metadata["canonym_edits"] == shown["metadata"]["canonym_edits"]


def test_a_document_that_fails_goes_on_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def process(self, texts: list[str], **_: object) -> list[Result]:
            if any("bad" in text for text in texts):
                raise ValueError("no")
            return [Result(text) for text in texts]

    monkeypatch.setattr(integration, "_normaliser", lambda tables: Failing())
    monkeypatch.setattr(integration, "_MOST", 2)
    step = CanonymNormaliser(error_key="why", edits_key="what")
    done = list(step(documents("a", "bad", "c", "d", "e")))
    assert [d.text for d in done] == ["a", "bad", "c", "d", "e"]
    assert done[1].metadata == {"k": 1, "why": "could not be processed: ValueError: no"}
    assert done[4].metadata == {"k": 4, "what": []}
    assert step.stats["failed"].total == 1 and step.stats["total"].total == 5


def test_a_step_is_small_and_can_be_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Profile().save(tmp_path / "p.json")
    monkeypatch.chdir(tmp_path)
    step = CanonymNormalizer(profile="p.json", rewrite=["former"])
    assert only(step, "He fled Afghstan, not Burma.") == "He fled Afghstan, not Myanmar."
    monkeypatch.chdir("/")
    sent = pickle.dumps(step)
    assert len(sent) < 2000
    assert only(pickle.loads(sent), "Burma") == "Myanmar"
    assert only(CanonymNormaliser(names=False), "isnâ€™t in Afghstan") == "isn’t in Afghstan"
    assert list(CanonymNormaliser()(None)) == []


def test_a_table_that_is_not_there_stops_the_task() -> None:
    with pytest.raises(TableError, match="no such table"):
        list(CanonymNormaliser("nowhere.csv")(documents("a")))
