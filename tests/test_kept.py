"""What is made once and kept."""

from __future__ import annotations

from collections.abc import Callable
from mmap import mmap
from pathlib import Path

import pytest

from canonym.kept import cache_folder, kept


def _read(data: bytes | mmap) -> bytes:
    if not data[:].startswith(b"whole"):
        raise ValueError("another kind")
    return data[:]


def test_it_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "cache"))
    assert kept("one", _read, lambda: b"whole 1") == b"whole 1"
    assert kept("one", _read, lambda: b"whole 2") == b"whole 1"
    assert kept("other", _read, lambda: b"whole 2") == b"whole 2"


@pytest.mark.parametrize(
    "damaged",
    [
        lambda _: b"",
        lambda _: b"damaged",
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data + b"x",
        lambda data: bytes(len(data)),
        lambda data: data[:9] + b"\0" + data[10:],
    ],
)
def test_what_is_damaged_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path))
    file = tmp_path / "one"
    assert kept("one", _read, lambda: b"whole and sound") == b"whole and sound"
    made = file.read_bytes()
    file.write_bytes(damaged(made))
    assert kept("one", _read, lambda: b"whole and sound") == b"whole and sound"
    assert file.read_bytes() == made


def test_what_cannot_be_read_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path))
    with pytest.raises(ValueError, match="another kind"):
        kept("one", _read, lambda: b"of another kind")
    assert kept("one", _read, lambda: b"whole") == b"whole"


def test_without_a_folder_it_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("CANONYM_CACHE", str(tmp_path / "file" / "cache"))
    assert kept("one", _read, lambda: b"whole") == b"whole"


def test_a_user_without_a_home_has_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: str) -> Path:
        raise RuntimeError

    monkeypatch.delenv("CANONYM_CACHE", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_path", nobody)
    assert not (cache_folder() / "one").exists()
    assert kept("one", _read, lambda: b"whole") == b"whole"
