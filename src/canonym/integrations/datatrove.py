"""canonym as a step of a datatrove pipeline.

    from canonym.integrations.datatrove import CanonymNormaliser

    pipeline = [JsonlReader("in/", text_key="body"), CanonymNormaliser(), JsonlWriter("out/")]

Needs `pip install 'canonym[datatrove]'`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from datatrove.pipeline.base import PipelineStep

from canonym import packs
from canonym.integrations.arrow import edit_fields
from canonym.integrations.outcomes import SHARE, Process, outcomes
from canonym.model import REWRITTEN_KINDS
from canonym.profile import Profile
from canonym.resolve import Normaliser, load

#: A batch is full with so many documents, or so many characters as are processed at a time.
_MOST: Final = 1000


class CanonymNormaliser(PipelineStep):  # type: ignore[misc]
    """Writes the names in each document one way, and keeps the edits in its metadata.

    Only the text and two keys of the metadata are touched. A document that fails goes on as it was, with the reason
    in its metadata. Documents keep their order. The outcome is what `Normaliser.process` gives for each text, however
    the documents are dealt out to tasks and workers. Tables are opened by each worker when its first document comes.

    Args:
        tables: as for `canonym.load`: "default", a pack, a CSV file, a compiled index, or several of them.
        names: whether names are written anew; without it texts are only repaired.
        repair: whether mojibake and scrubbed strings are repaired.
        rewrite: the kinds of alias to rewrite.
        profile: what `canonym profile` found in the corpus, or the file that it wrote; without it each text is judged
            for itself.
        edits_key: where in the metadata the edits go: a list of objects with the fields of `canonym.Edit`.
        error_key: where it goes if a document failed; absent where all went well.
    """

    type = "✂️ - FORMAT"
    name = "📍 canonym"

    def __init__(
        self,
        tables: str | Path | Sequence[str | Path] = "default",
        *,
        names: bool = True,
        repair: bool = True,
        rewrite: Iterable[str] = REWRITTEN_KINDS,
        profile: Profile | str | Path | None = None,
        edits_key: str = "canonym_edits",
        error_key: str = "canonym_error",
    ) -> None:
        super().__init__()
        given = [tables] if isinstance(tables, str | Path) else list(tables)
        self.tables = tuple(_anywhere(table) for table in given)
        self.names, self.repair, self.rewrite = names, repair, frozenset(rewrite)
        self.profile = profile if isinstance(profile, Profile | None) else Path(profile).absolute()
        self.edits_key, self.error_key = edits_key, error_key

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """The documents, their texts normalised."""
        batch: list[Any] = []
        size = 0
        for document in data or ():
            batch.append(document)
            size += len(document.text or "")
            if size >= SHARE or len(batch) >= _MOST:
                yield from self._done(batch)
                batch, size = [], 0
        yield from self._done(batch)

    def _done(self, batch: list[Any]) -> list[Any]:
        if not batch:
            return batch
        with self.track_time("batch"):
            found = outcomes(self._process(), [document.text or "" for document in batch])
            for document, one in zip(batch, found, strict=True):
                self.stat_update("total")
                if isinstance(one, str):
                    document.metadata[self.error_key] = one
                    self.stat_update("failed")
                    continue
                document.metadata[self.edits_key] = [edit_fields(edit) for edit in one.edits]
                if one.edits:
                    document.text = one.text
                    self.stat_update("changed")
                    self.stat_update("edits", value=len(one.edits))
                    for source, count in Counter(edit.source for edit in one.edits).items():
                        self.stat_update(f"edits: {source}", value=count)
        return batch

    def _process(self) -> Process:
        profile = _profile(self.profile) if isinstance(self.profile, Path) else self.profile
        options = {"names": self.names, "repair": self.repair, "rewrite": self.rewrite, "profile": profile}
        options["mentions"] = False
        return partial(_normaliser(self.tables).process, **options)  # type: ignore[arg-type]


CanonymNormalizer = CanonymNormaliser


def _anywhere(table: str | Path) -> str | Path:
    """A table as it is found from another working folder too."""
    named = isinstance(table, str) and (table == "default" or packs.is_name(table))
    return table if named else Path(table).absolute()


# Kept by the process, not by the step: steps are pickled, and copied for every task.
@lru_cache(maxsize=2)
def _normaliser(tables: tuple[str | Path, ...]) -> Normaliser:
    return load(*tables)


@lru_cache(maxsize=2)
def _profile(path: Path) -> Profile:
    return Profile.load(path)


__all__ = ["CanonymNormaliser", "CanonymNormalizer"]
