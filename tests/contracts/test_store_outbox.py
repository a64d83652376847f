"""What the store promises of openings and of the outbox, over each database that it runs on."""

from __future__ import annotations

import datetime as dt
import io
import json
import threading
from collections.abc import Callable, Iterator

import pytest

from pubpipe import identity
from pubpipe.model import Decision, Edit, ReviewAnswer, Text
from pubpipe.store import Delivery, Notice, Store

NOW = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
OLD, NEW = identity.digest("old text"), identity.digest("new text")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


def notice(id_: str = "n1", at: dt.datetime = NOW) -> Notice:
    return Notice(id_, "opened", "report", "km", "sign-off", 1, {"asked": 3, "comment": "ខ្មែរ"}, at)


def written(store: Store, *people: str, id_: str = "n1") -> tuple[Delivery, ...]:
    assert store.outbox.record(notice(id_))
    store.outbox.address(notice(id_), [("mail", person) for person in people], "", NOW)
    return tuple(d for d in store.outbox.open() if d.notice.id == id_)


def test_a_stage_opens_once_and_again_with_another_text(store: Store) -> None:
    first = store.openings.note("report", "km", "language review", OLD, NOW)
    assert first is not None
    assert (first.number, first.opened, first.closed) == (1, NOW, None)
    assert store.openings.note("report", "km", "language review", OLD, NOW + HOUR) is None
    assert store.openings.current("report", "km") == first
    again = store.openings.note("report", "km", "language review", NEW, NOW + HOUR)
    assert again is not None
    assert (again.number, again.opened) == (2, NOW + HOUR)
    store.openings.note("report", "lo", "sign-off", OLD, NOW)
    assert [(o.language, o.number) for o in store.openings.waiting()] == [("lo", 1), ("km", 2)]
    assert store.openings.note("report", "km", None, NEW, NOW + HOUR) is None
    assert store.openings.current("report", "km") is None


def test_openings_survive_a_restart_and_a_move(store: Store, new_url: Callable[[], str], url: str) -> None:
    made = store.openings.note("report", "km", "language review", OLD, NOW)
    out = io.StringIO()
    store.export_jsonl(out)
    with Store.open(url) as again:
        assert again.openings.current("report", "km") == made
    with Store.open(new_url()) as other:
        assert other.import_jsonl(io.StringIO(out.getvalue())) == 1
        assert other.import_jsonl(io.StringIO(out.getvalue())) == 0
        assert other.openings.current("report", "km") == made


def test_deleting_what_can_be_made_again_leaves_deadlines_and_messages(store: Store) -> None:
    store.openings.note("report", "km", "language review", OLD, NOW)
    written(store, "Sokha")
    store.forget_derived()
    assert store.openings.current("report", "km") is not None
    assert len(store.outbox.open()) == 1


def test_the_same_event_is_written_down_once(store: Store) -> None:
    assert store.outbox.record(notice())
    assert not store.outbox.record(notice(at=NOW + HOUR))
    assert store.outbox.new() == (notice(),)


def test_a_notice_stands_or_falls_with_its_cause(store: Store) -> None:
    def cause() -> None:
        with store.transaction():
            store.outbox.record(notice())
            store.openings.note("report", "km", "sign-off", OLD, NOW)
            raise RuntimeError("the cause failed")

    with pytest.raises(RuntimeError):
        cause()
    assert store.outbox.new() == ()
    assert store.openings.current("report", "km") is None


def test_who_hears_of_it_is_decided_once(store: Store) -> None:
    written(store, "Sokha", "Dara")
    assert store.outbox.new() == ()
    store.outbox.address(notice(), [("mail", "Sokha")], "", NOW)
    assert [d.person for d in store.outbox.open()] == ["Dara", "Sokha"]


def test_what_reaches_nobody_is_kept_with_the_reason(store: Store) -> None:
    store.outbox.record(notice())
    store.outbox.address(notice(), [], "no address of Sokha", NOW)
    assert store.outbox.unheard() == ((notice(), "no address of Sokha"),)


def test_a_batch_is_claimed_by_one(store: Store) -> None:
    one, two = written(store, "Sokha"), written(store, "Sokha", id_="n2")
    assert store.outbox.claim("b1", one + two, NOW + HOUR)
    assert not store.outbox.claim("b2", one, NOW + HOUR)
    taken = store.outbox.open()
    assert {(d.state, d.batch, d.attempts, d.next) for d in taken} == {("sending", "b1", 1, NOW + HOUR)}
    assert store.outbox.claim("b1", taken, NOW + 2 * HOUR)  # whoever sees that the sender died


def test_a_claim_of_which_a_part_is_gone_takes_nothing(store: Store) -> None:
    one, two = written(store, "Sokha"), written(store, "Sokha", id_="n2")
    store.outbox.drop(two)
    assert not store.outbox.claim("b1", one + two, NOW + HOUR)
    assert [(d.state, d.attempts) for d in store.outbox.open()] == [("waiting", 0)]


def test_of_many_who_claim_at_once_one_succeeds(store: Store, url: str) -> None:
    waiting = written(store, "Sokha")
    won: list[bool] = []

    def claim() -> None:
        with Store.open(url) as own:
            won.append(own.outbox.claim("b1", waiting, NOW + HOUR))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False, False, False, True]


def test_what_becomes_of_a_batch_is_kept(store: Store) -> None:
    store.outbox.claim("b1", written(store, "Sokha"), NOW + HOUR)
    store.outbox.settle("b1", "waiting", NOW + 2 * HOUR, "450 later")
    (again,) = store.outbox.open()
    assert (again.state, again.batch, again.next, again.problem) == ("waiting", "b1", NOW + 2 * HOUR, "450 later")
    store.outbox.claim("b1", [again], NOW + 3 * HOUR)
    store.outbox.settle("b1", "sent", NOW + 3 * HOUR)
    assert store.outbox.open() == ()
    assert store.outbox.last_sent("mail", "Sokha") == NOW + 3 * HOUR
    assert store.outbox.last_sent("mail", "Dara") is None


def test_a_failure_for_good_is_kept_until_somebody_asks_to_try_again(store: Store) -> None:
    store.outbox.claim("b1", written(store, "Sokha"), NOW + HOUR)
    store.outbox.settle("b1", "failed", NOW, "550 no such user")
    (lost,) = store.outbox.failed()
    assert (lost.person, lost.problem) == ("Sokha", "550 no such user")
    assert store.outbox.retry(NOW) == 1
    assert store.outbox.failed() == ()
    assert [d.attempts for d in store.outbox.open()] == [0]


# --- fields that came later


def test_records_from_before_a_field_existed_keep_their_bytes_and_their_hash(store: Store) -> None:
    decision = Decision(publication="r", language="km", stage="s", verdict="approve", reviewer="Sokha", at=NOW)
    (recorded,) = store.decisions.append([decision])
    before = {
        "publication": "r", "language": "km", "stage": "s", "verdict": "approve", "reviewer": "Sokha",
        "at": "2026-03-01T08:30:00Z", "note": "", "segment": None, "source_hash": None, "target_hash": None,
        "terms_hash": None, "edition_hash": None, "finding": None, "run": None,
    }  # fmt: skip
    assert recorded.hash == identity.decision_hash(None, before)
    store.decisions.append([decision.model_copy(update={"behalf": "Vanna"})])
    assert store.decisions.verify() is None
    assert [d.by for d in store.decisions.all("r", "km")] == ["Sokha", "Sokha for Vanna"]


def test_an_edit_from_before_is_not_taken_for_another_when_it_is_restored(store: Store) -> None:
    edit = Edit(
        publication="r",
        language="km",
        segment="s",
        source_hash=OLD,
        target=(Text(text="ខ្មែរ"),),
        editor="Sokha",
        at=NOW,
    )
    store.edits.append(edit, edit.model_copy(update={"editors": ("Dara",)}))
    out = io.StringIO()
    store.export_jsonl(out)
    assert store.import_jsonl(io.StringIO(out.getvalue())) == 0
    assert [e.hands for e in store.edits.all("r", "km")] == [("Sokha",), ("Sokha", "Dara")]


def test_an_answer_without_other_authors_is_written_as_it_always_was() -> None:
    answer = ReviewAnswer(
        publication="r", language="km", stage="s", digest=OLD, decision="approve", reviewer="Sokha", at=NOW
    )
    assert "authors" not in answer.model_dump(mode="json")
    more = answer.model_copy(update={"authors": {"s1": ("Dara",)}})
    assert json.loads(more.model_dump_json())["authors"] == {"s1": ["Dara"]}
