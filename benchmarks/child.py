"""What runs in processes of its own, so that the memory of one is not counted for another.

    python -m benchmarks.child peer NAME TABLE FEED OUT SECONDS
    python -m benchmarks.child tables FOLDER SIZES [TABLE]
    python -m benchmarks.child corpus FEED BYTES TABLE SEED TEXT_KEY [PATH...]

The last line printed is one JSON object.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

#: A corpus that is read sooner is read again until so many seconds are over: less is no measurement.
_LEAST: Final = 1.0


def _again(lines: IO[bytes], until: float) -> Iterator[bytes]:
    yield from lines
    while time.perf_counter() < until:
        lines.seek(0)
        yield from lines


def peer(name: str, table: str, feed: str, out: str, seconds: str) -> dict[str, float]:
    """JSON lines through a peer until they end or the time is up; what that took, and how far it came."""
    import orjson

    from benchmarks.peers import PEERS

    build = next(one.build for one in PEERS if one.name == name)
    begun = time.perf_counter()
    with Path(table).open(encoding="utf-8", newline="") as file:
        pairs = [(row["alias"], row["canonical"]) for row in csv.DictReader(file)]
    rewrite = build(pairs)
    size = Path(feed).stat().st_size
    started = time.perf_counter()
    limit = started + float(seconds)
    done = documents = changed = read = 0
    with Path(feed).open("rb") as lines, Path(out).open("wb") as sink:
        for line in _again(lines, started + min(_LEAST, float(seconds))):
            document = orjson.loads(line)
            text = document["text"]
            document["text"] = rewrite(text)
            sink.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
            done += len(line)
            if read < done <= size:
                read = done
                documents += 1
                changed += document["text"] != text
            if time.perf_counter() > limit:
                break
    ended = time.perf_counter()
    return {
        "load": started - begun,
        "seconds": ended - started,
        "done": done,
        "read": read,
        "documents": documents,
        "changed": changed,
    }


def main(call: list[str]) -> dict[str, float] | dict[str, int]:
    """Do what the first word says."""
    kind, *rest = call
    if kind == "peer":
        return peer(*rest)
    if kind == "tables":
        from benchmarks import tables

        return tables.write(Path(rest[0]), [int(size) for size in rest[1].split(",")], rest[2] if rest[2:] else None)
    from benchmarks import corpus

    feed, size, table, seed, text_key, *paths = rest
    texts = corpus.given(paths, text_key) if paths else corpus.generated(Path(table), int(seed))
    documents, written = corpus.write(Path(feed), float(size), texts)
    return {"documents": documents, "bytes": written}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
