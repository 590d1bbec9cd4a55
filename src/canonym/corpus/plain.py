"""Plain text: a file is one document, and its line ends stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from canonym.corpus.block import Block, Change, Coder, Outcome, Patch, TextBlock, Unit
from canonym.corpus.formats import Options
from canonym.corpus.stream import compressed_remedy, sniff
from canonym.model import Document, DocumentError, Failure, Result
from canonym.records import dataclass


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Bytes that pass unchanged, with the failures that tell why."""

    data: bytes
    failures: tuple[Failure, ...] = ()
    documents: tuple[Document, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the input."""
        return len(self.data)

    def outcome(self, results: Sequence[Result | None], offset: int) -> Outcome:
        """The bytes themselves."""
        return Outcome(self.data)


@dataclass(frozen=True, slots=True)
class MentionsBlock:
    """A text to be annotated: one JSON line."""

    documents: tuple[Document, ...]
    size: int
    failures: tuple[Failure, ...] = ()

    @property
    def texts(self) -> Sequence[str]:
        """Their texts."""
        return [document.text for document in self.documents]

    def outcome(self, results: Sequence[Result | None], offset: int) -> Outcome:
        """The JSON lines; a document without a result gets none."""
        lines = [
            json.dumps(
                {"id": d.id or d.name, "text": d.text, "mentions": [m.as_dict() for m in r.mentions]},
                ensure_ascii=False,
            ).encode()
            + b"\n"
            for d, r in zip(self.documents, results, strict=True)
            if r is not None
        ]
        return Outcome(b"".join(lines))


def blocks(name: str, pieces: Iterator[bytes], options: Options) -> Iterator[Block]:
    """The whole stream as one block. Bytes that are not text make a failure, and pass."""
    data = b"".join(pieces)
    if not data:
        return
    mark, coder = sniff(data[:4], options.encoding)
    try:
        text = _decode(data[len(mark) :], coder, len(mark))
    except DocumentError as error:
        remedy = compressed_remedy(data[:6]) or error.remedy
        failure = Failure(name, error.problem, remedy)
        yield RawBlock(b"" if options.mentions else data, (failure,))
        return
    document = Document(name, text)
    if options.mentions:
        yield MentionsBlock((document,), len(data))
    else:
        raw = data[len(mark) :] if mark else data
        yield TextBlock(text, raw, coder, (Unit(document, 0, len(text)),), (), _plan, mark)


def _decode(data: bytes, coder: Coder, skipped: int) -> str:
    try:
        text = data.decode(coder.encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"not {coder.encoding.upper()} at byte {skipped + error.start}",
            remedy="Say which encoding it is with --encoding NAME",
        ) from error
    if coder.encoding != "utf-8" and text.encode(coder.encoding) != data:
        raise DocumentError(
            f"{coder.encoding} would not be written as it was read",
            remedy="Say the right --encoding, or convert the file to UTF-8",
        )
    return text


def _plan(text: str, unit: Unit, result: Result | None) -> Change:
    if result is None:
        return Change()
    return Change(tuple(Patch(edit.start, edit.end, edit.after) for edit in result.edits))
