"""How the store says that its database cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pubpipe.errors import StoreError
from pubpipe.store import Store, database


def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/a/b/c.db") as store:
        assert store.publications.all() == ()
    assert (tmp_path / "a/b/c.db").is_file()


def test_a_database_that_is_not_there_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database") as caught:
        Store.open(f"sqlite:///{tmp_path}/none.db", create=False)
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam, " * 200)
    with pytest.raises(StoreError, match="not a database") as caught:
        Store.open(f"sqlite:///{path}")
    assert "another kind of file" in caught.value.remedy
    assert not caught.value.retryable


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "prefect.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE flow_run (id TEXT)")
    with pytest.raises(StoreError, match="another program"):
        Store.open(f"sqlite:///{path}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be made"):
        Store.open(f"sqlite:///{tmp_path}/file/store.db")


@pytest.mark.parametrize(
    "url", ["mysql://root:s3cret@host/db", "s3cret", "sqlite://", "sqlite:///:memory:", "postgresql://u:s3cret@:bad/x"]
)
def test_a_url_that_cannot_be_used_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    shown = str(caught.value) + repr(caught.value.__cause__)
    assert "s3cret" not in shown
    assert caught.value.remedy


def test_a_server_that_does_not_answer_is_retryable_and_shows_no_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "ATTEMPTS", 1)
    with pytest.raises(StoreError) as caught:
        Store.open("postgresql://user:s3cret@127.0.0.1:1/db")
    assert caught.value.retryable
    assert "s3cret" not in str(caught.value)


def test_a_locked_database_is_retryable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ATTEMPTS", 2)
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 20)
    path = tmp_path / "store.db"
    with Store.open(f"sqlite:///{path}") as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked") as caught:
            store.cache.put({"a": "b"})
        assert caught.value.retryable
        with pytest.raises(StoreError, match="locked"), store.transaction():
            pass
        other.rollback()
        other.close()
        store.cache.put({"a": "b"})
        assert store.cache.get(["a"]) == {"a": "b"}


def test_a_write_waits_for_a_short_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 20)
    path = tmp_path / "store.db"
    with Store.open(f"sqlite:///{path}") as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        naps: list[float] = []

        def nap(seconds: float) -> None:
            naps.append(seconds)
            if other.in_transaction:
                other.rollback()

        monkeypatch.setattr(database.time, "sleep", nap)
        store.cache.put({"a": "b"})
        other.close()
        assert len(naps) == 1
        assert store.cache.get(["a"]) == {"a": "b"}


def test_the_store_does_not_import_the_object_relational_half_of_sqlalchemy() -> None:
    code = "import sys, pubpipe.store; sys.exit('sqlalchemy.orm' in sys.modules or 'prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
