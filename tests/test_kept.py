"""What is made once and kept."""

from __future__ import annotations

from mmap import mmap
from pathlib import Path

import pytest

from canonym.kept import kept


def _read(data: bytes | mmap) -> bytes:
    if not data[:].startswith(b"whole"):
        raise ValueError
    return data[:]


def test_it_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "cache"))
    assert kept("one", _read, lambda: b"whole 1") == b"whole 1"
    assert kept("one", _read, lambda: b"whole 2") == b"whole 1"
    assert kept("other", _read, lambda: b"whole 2") == b"whole 2"


@pytest.mark.parametrize("left", [b"", b"damaged"])
def test_what_is_of_no_use_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: bytes) -> None:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path))
    (tmp_path / "one").write_bytes(left)
    assert kept("one", _read, lambda: b"whole") == b"whole" == (tmp_path / "one").read_bytes()


def test_without_a_folder_it_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "file" / "cache"))
    assert kept("one", _read, lambda: b"whole") == b"whole"
