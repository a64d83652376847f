"""The memory's keys follow the folding that they are made with, in every store, without losing a unit."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import sqlalchemy as sa

from pubpipe.identity import Hash, digest, memory_key
from pubpipe.languages import fold
from pubpipe.languages.normal import FOLDING
from pubpipe.model import Content, MemoryUnit, Text
from pubpipe.store import Store
from pubpipe.store.database import Database
from pubpipe.store.memory import rekey

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
PROBE = "“Ａ” – it’s ﬁne\u200b, Ủy òa กํา ເເ ក្ដ ໜ ၁၀ ဥ် ยี่ ½ 10 000\u00a0% İı ß"


def key(source: Content) -> Hash:
    return memory_key(source, fold)


def blunt(source: Content) -> Hash:
    """Another folding: blind to full stops."""
    return memory_key(source, lambda text: fold(text).replace(".", ""))


def unit(words: str, target: str, status: str = "draft", **more: object) -> MemoryUnit:
    source = (Text(text=words),)
    values = {"key": key(source), "language": "km", "source": source, "target": (Text(text=target),), "at": NOW}
    return MemoryUnit.model_validate({**values, "status": status, **more})


def test_whoever_changes_the_folding_raises_its_version() -> None:
    pinned = {1: "d5ae4e4e9de56e4eeae8f36ab8baf7b6c6d7a7ea2835bf625bb72a375ddfda2b"}
    assert pinned.get(FOLDING) == digest(fold(PROBE)), "fold says something else: raise FOLDING, and pin it here"


def test_units_get_new_keys_once_and_the_best_of_those_that_meet_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as store:
        store.memory.remember(
            [
                unit("Pay now.", "ក"),
                unit("Pay now", "ខ", "approved"),
                unit("Stay.", "គ", publication="other"),
                unit("Go", "ឃ"),
            ]
        )
    database = Database(url, create=False)
    rekey(database, FOLDING + 1, blunt)
    rekey(database, FOLDING + 1, key)  # nothing is done twice
    database.close()
    with Database(url, create=False).read() as connection:
        assert connection.scalar(sa.text("SELECT version FROM memory_folding")) == FOLDING + 1
        rows = connection.execute(sa.text("SELECT key, data FROM memory_units")).all()
        kept = {plain["target"][0]["text"]: row.key for row in rows if (plain := json.loads(row.data))}
        assert set(kept) == {"ខ", "គ", "ឃ"}
        assert kept["ខ"] == blunt((Text(text="Pay now."),))
        found = connection.execute(sa.text("SELECT plain FROM memory_sources ORDER BY plain"))
        assert len(found.all()) == 3
    # a program that folds as this one does brings them back when it opens the store
    with Store.open(url) as store:
        assert [u.target[0].text for u in store.memory.exact([key((Text(text="Stay."),))], "km")] == ["គ"]  # type: ignore[union-attr]
        assert {u.key for u in store.memory.all()} == {key(u.source) for u in store.memory.all()}
        assert [text for _, text in store.memory.candidates("Stay. here", "km", 50).texts] == ["Stay."]


def test_a_unit_that_keeps_its_key_stays_when_another_of_the_same_key_moves(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as store:
        store.memory.remember([unit("Pay now", "ក"), unit("PAY now", "ខ", publication="other")])

    def strict(source: Content) -> Hash:
        return memory_key(source, lambda text: fold(text) if "PAY" not in text else text)

    database = Database(url, create=False)
    rekey(database, FOLDING + 1, strict)
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM memory_units")) == 2
        assert connection.scalar(sa.text("SELECT count(*) FROM memory_sources")) == 2
    database.close()


def test_an_export_of_another_folding_is_keyed_anew(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'one.db'}") as store:
        store.memory.remember([unit("Pay now.", "ក")])
        out = io.StringIO()
        store.export_jsonl(out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    lines[-1]["value"]["key"] = "0" * 64
    with Store.open(f"sqlite:///{tmp_path / 'two.db'}") as store:
        store.import_jsonl(io.StringIO("\n".join(map(json.dumps, lines))))
        assert [u.key for u in store.memory.all()] == [key((Text(text="Pay now."),))]
