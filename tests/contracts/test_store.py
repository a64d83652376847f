"""What the store promises, over each database that it runs on."""

from __future__ import annotations

import datetime as dt
import io
import json
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from pubpipe import identity
from pubpipe.errors import StoreError
from pubpipe.identity import Hash
from pubpipe.languages import fold
from pubpipe.model import (
    Content,
    Decision,
    Draft,
    Edit,
    Finding,
    Heading,
    MemoryStatus,
    MemoryUnit,
    Rendition,
    Resource,
    Segment,
    SourceDocument,
    Text,
    Unit,
)
from pubpipe.store import Store, migrations

NOW = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)


def text(words: str) -> Content:
    return (Text(text=words),)


def segment(words: str, number: int = 1) -> Segment:
    source = identity.content_hash(text(words))
    return Segment(
        id=f"{source[:12]}-1",
        number=number,
        unit=f"u{number:04}",
        role="paragraph",
        content=text(words),
        source_hash=source,
        context_hash=identity.context_hash(None, None),
    )


def document(words: str) -> SourceDocument:
    return SourceDocument(
        blocks=(Heading(level=1, unit=Unit(id="u0001", role="heading", content=text(words))),),
        resources=(Resource(name="image1.png", data=bytes(range(256))),),
        file_hash=identity.digest(words),
        reader="docx/1",
    )


def decision(words: str = "A sentence.", **changes: Any) -> Decision:
    values: dict[str, Any] = {
        "publication": "report",
        "language": "km",
        "stage": "language review",
        "verdict": "approve",
        "reviewer": "Sokha",
        "at": NOW,
        "segment": segment(words).id,
        "source_hash": segment(words).source_hash,
        "target_hash": identity.content_hash(text("ប្រយោគ")),
        "terms_hash": identity.terms_hash([]),
    }
    return Decision.model_validate(values | changes)


def unit(
    source: str,
    target: str = "ច្បាប់",
    *,
    status: MemoryStatus = "approved",
    at: dt.datetime = NOW,
    language: str = "km",
    context: str | None = None,
) -> MemoryUnit:
    return MemoryUnit(
        key=identity.memory_key(text(source), fold),
        language=language,
        source=text(source),
        target=text(target),
        context_hash=identity.digest(context) if context else None,
        status=status,
        publication="report",
        reviewer="Sokha",
        at=at,
    )


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


def run_sql(store: Store, statement: str, **values: Any) -> None:
    store._database.write(lambda c: c.execute(sa.text(statement), values))


def test_a_publication_comes_back_as_it_was_saved(store: Store) -> None:
    store.publications.save(
        "report",
        title="A report",
        source_path="in/report.docx",
        source_name="report.docx",
        languages=("km", "ja"),
        options={"engines": ["google"]},
        at=NOW,
    )
    saved = store.publications.get("report")
    assert saved is not None
    assert (saved.languages, saved.options, saved.at) == (("km", "ja"), {"engines": ["google"]}, NOW)
    assert store.publications.all() == (saved,)
    assert store.publications.get("other") is None


def test_a_document_comes_back_with_its_images_and_segments(store: Store) -> None:
    made, segments = document("One."), (segment("One."),)
    store.documents.save("report", made.file_hash, "docx/1", made, segments, NOW)
    assert store.documents.current("report") == (made, segments)
    assert store.documents.current_hash("report") == (made.file_hash, "docx/1")
    assert store.documents.by_hash("report", made.file_hash, "docx/1") == (made, segments)
    assert store.documents.by_hash("report", made.file_hash, "docx/2") is None
    assert store.documents.current("other") is None


def test_the_segments_of_earlier_versions_are_kept_newest_first(store: Store) -> None:
    assert list(store.documents.versions("report")) == []
    for words in ("One.", "Two."):
        store.documents.save("report", document(words).file_hash, "docx/1", document(words), (segment(words),), NOW)
    assert list(store.documents.versions("report")) == [(segment("Two."),), (segment("One."),)]
    assert list(store.documents.versions("report", 1)) == [(segment("Two."),)]
    # a newer reader may cut the same file otherwise
    store.documents.save("report", document("Two.").file_hash, "docx/2", document("Two."), (segment("2."),), NOW)
    assert list(store.documents.versions("report", 2)) == [(segment("2."),), (segment("Two."),)]


def test_a_draft_replaces_the_one_before_and_a_deleted_one_is_history(store: Store) -> None:
    def draft(target: str) -> Draft:
        return Draft(
            segment="a-1",
            language="km",
            source_hash=identity.digest(1),
            target=text(target),
            origin="engine",
            key=identity.digest(2),
        )

    store.drafts.put("report", [draft("មួយ")])
    store.drafts.put("report", [draft("ពីរ")])
    assert store.drafts.all("report", "km") == {"a-1": draft("ពីរ")}
    assert store.drafts.origins("report", "km") == {"a-1": "engine"}
    store.drafts.delete("report", "km", ["a-1"])
    assert store.drafts.all("report", "km") == {}
    assert store.drafts.history("report", "km") == {"a-1": draft("ពីរ")}


def test_the_newest_edit_is_found_by_segment_and_by_source(store: Store) -> None:
    def edit(segment_id: str, target: str) -> Edit:
        return Edit(
            publication="report",
            language="km",
            segment=segment_id,
            source_hash=identity.digest("same source"),
            target=text(target),
            editor="Sokha",
            at=NOW,
        )

    before = store.edits.last("report", "km")
    store.edits.append(edit("s-1", "ក"), edit("s-1", "ខ"), edit("s-2", "គ"))
    latest = store.edits.latest("report", "km")
    assert latest["s-1"].target == text("ខ")
    assert latest[identity.digest("same source")].target == text("គ")
    assert store.edits.last("report", "km") != before


def test_findings_are_replaced_as_a_whole(store: Store) -> None:
    first = Finding(check="numbers", severity="error", message="12 is missing", segment="a-1")
    store.findings.replace("report", "km", [first])
    store.findings.replace("report", "km", [first.model_copy(update={"message": "13 is missing"})])
    assert [f.message for f in store.findings.all("report", "km")] == ["13 is missing"]
    assert store.findings.all("report", "th") == ()


def test_a_rendition_a_cached_answer_and_progress_come_back(store: Store) -> None:
    made = Rendition(
        publication="report",
        language="km",
        format="pdf",
        key=identity.digest(1),
        ingredients={"template": "1"},
        file_hash=identity.digest(2),
        path="report/km/report.km.pdf",
        at=NOW,
    )
    store.renditions.record(made)
    assert store.renditions.current("report", "km") == {"pdf": made}
    store.cache.put({f"key{n}": str(n) for n in range(1200)})
    assert len(store.cache.get([f"key{n}" for n in range(2000)])) == 1200
    store.progress.set("report", "km", "translating", 3, 40, NOW)
    assert store.progress.get("report", "km") == ("translating", 3, 40, NOW)


def test_a_round_number_is_taken_once(store: Store) -> None:
    def answer(who: str) -> None:
        store.rounds.record(
            "report",
            "km",
            round=1,
            digest=identity.digest(1),
            stage="language review",
            answer={"reviewer": who},
            problems=["no name"],
            at=NOW,
        )

    answer("Sokha")
    with pytest.raises(StoreError, match="somebody else"):
        answer("Dara")
    assert [r.answer for r in store.rounds.all("report", "km")] == [{"reviewer": "Sokha"}]
    assert store.rounds.all("report", "km")[0].problems == ("no name",)


# --- the decision record


def test_decisions_come_back_with_their_places_in_an_unbroken_chain(store: Store) -> None:
    recorded = store.decisions.append([decision("One."), decision("Two.", note="ល្អ")])
    recorded += store.decisions.append([decision("Three.", language="th")])
    assert [d.sequence for d in recorded] == [1, 2, 3]
    assert [d.previous for d in recorded] == [None, recorded[0].hash, recorded[1].hash]
    assert store.decisions.all("report", "km") == recorded[:2]
    assert store.decisions.last("report", "th") == recorded[2].hash
    assert store.decisions.verify() is None


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "UPDATE decisions SET data = replace(data, 'Sokha', 'Mallory') WHERE sequence = 2",
            "entry 2 was changed",
        ),
        ("UPDATE decisions SET language = 'th' WHERE sequence = 2", "entry 2 was changed"),
        ("UPDATE decisions SET data = '{}' WHERE sequence = 2", "entry 2 was changed"),
        ("DELETE FROM decisions WHERE sequence = 2", "entry 2 was removed"),
        ("DELETE FROM decisions WHERE sequence = 3", "entry 3 was removed"),
        ("UPDATE decisions SET sequence = 9 WHERE sequence = 1", "entry 1 was removed"),
        (
            "INSERT INTO decisions SELECT 4, publication, language, hash, 'x', data FROM decisions WHERE sequence = 3",
            "entry 4 was changed",
        ),
    ],
)
def test_verify_names_the_first_broken_entry(store: Store, damage: str, said: str) -> None:
    store.decisions.append([decision("One."), decision("Two."), decision("Three.")])
    run_sql(store, damage)
    found = store.decisions.verify()
    assert found is not None
    assert found.startswith(said), found


def test_two_entries_that_changed_places_are_found(store: Store) -> None:
    store.decisions.append([decision("One."), decision("Two."), decision("Three.")])
    for a, b in ((1, 90), (2, 1), (90, 2)):
        run_sql(store, "UPDATE decisions SET sequence = :b WHERE sequence = :a", a=a, b=b)
    assert "entry 1" in str(store.decisions.verify())


def _append_many(url: str, who: int, count: int) -> None:
    with Store.open(url) as store:
        for number in range(count):
            store.decisions.append([decision(f"{who}/{number}"), decision(f"{who}/{number} again")])


def test_eight_processes_extend_one_chain(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append_many, args=(url, who, 10)) for who in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [w.exitcode for w in workers] == [0] * 8
    with Store.open(url) as store:
        recorded = store.decisions.all("report", "km")
        assert [d.sequence for d in recorded] == list(range(1, 161))
        assert store.decisions.verify() is None
        # what was appended together stands together
        assert all(a.sequence + 1 == b.sequence for a, b in zip(recorded[::2], recorded[1::2], strict=True))


# --- transactions


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():  # noqa: PT012 - what is done before the failure is the point
        store.decisions.append([decision()])
        store.cache.put({"a": "b"})
        assert store.cache.get(["a"]) == {"a": "b"}
        raise RuntimeError
    assert store.decisions.all("report", "km") == ()
    assert store.cache.get(["a"]) == {}
    assert store.decisions.verify() is None


def test_a_transaction_is_invisible_to_others_until_it_ends(store: Store) -> None:
    seen: list[dict[str, str]] = []
    with store.transaction():
        store.cache.put({"a": "b"})
        thread = threading.Thread(target=lambda: seen.append(store.cache.get(["a"])))
        thread.start()
        thread.join(10)
    assert seen == [{}]
    assert store.cache.get(["a"]) == {"a": "b"}


def test_what_is_read_in_a_transaction_does_not_change_before_it_ends(url: str) -> None:
    def decide() -> None:
        with Store.open(url) as other:
            other.decisions.append([decision()])

    with Store.open(url) as store:
        thread = threading.Thread(target=decide)
        with store.transaction():
            assert store.decisions.last("report", "km") is None
            thread.start()
            thread.join(0.5)
            assert store.decisions.last("report", "km") is None
        thread.join(20)
        assert store.decisions.last("report", "km") is not None


# --- memory


def test_memory_keeps_the_most_trusted_and_newest_unit_of_a_place(store: Store) -> None:
    later = NOW + dt.timedelta(days=1)
    store.memory.remember([unit("The law.", "ក"), unit("The law.", "ខ", at=later)])
    store.memory.remember([unit("The law.", "គ", status="draft", at=later + dt.timedelta(days=1))])
    store.memory.remember([unit("The law.", "ឃ", at=NOW - dt.timedelta(days=9))])
    found = store.memory.exact([unit("The law.").key], "km")
    assert [u.target for u in found] == [text("ខ")]


def test_memory_finds_by_key_whatever_the_case_and_the_spaces(store: Store) -> None:
    store.memory.remember([unit("The  Law."), unit("The law.", context="here")])
    assert len(store.memory.exact([unit("the law.").key], "km")) == 2
    assert store.memory.exact([unit("the law.").key], "th") == []


@pytest.mark.parametrize(
    "query",
    [
        "Migrant workers in Thailand must register before 2021.",
        "All migrant workers in Thailand must register before 2019",
        'Migrant "workers" in Thailand must not register: before 2019 OR *',
    ],
)
def test_candidates_hold_what_resembles_the_text(store: Store, query: str) -> None:
    wanted = unit("Migrant workers in Thailand must register before 2019.")
    others = [unit(f"Sentence {n} is about something else entirely, and of this length.") for n in range(50)]
    store.memory.remember([wanted, *others])
    found = store.memory.candidates(query, "km")
    assert wanted.key in {key for key, _ in found.texts}
    assert found.units([wanted.key]) == [wanted]
    assert store.memory.candidates(query, "th").texts == []


@pytest.mark.parametrize("query", ["", "…", "''", '"', "* OR NEAR(", "!!! & |", "a:*", "កខគ", "\u0301"])
def test_no_text_breaks_the_search_for_candidates(store: Store, query: str) -> None:
    store.memory.remember([unit("a OR near b"), unit("កខគ")])
    assert len(store.memory.candidates(query, "km").texts) <= 2


def test_memory_lists_and_counts_its_languages(store: Store) -> None:
    store.memory.remember([unit("One."), unit("Two."), unit("One.", "กฎ", language="th")])
    assert store.memory.languages() == ("km", "th")
    assert (store.memory.count("km"), store.memory.count("ja")) == (2, 0)
    assert len(list(store.memory.all())) == 3
    assert [u.language for u in store.memory.all("th")] == ["th"]


# --- opening, export and failures


def _fill(store: Store) -> None:
    store.publications.save(
        "report", title="T", source_path="a", source_name="a", languages=("km",), options={}, at=NOW
    )
    store.decisions.append([decision("One."), decision("Two.")])
    store.edits.append(
        Edit(
            publication="report",
            language="km",
            segment="a-1",
            source_hash=Hash("0" * 64),
            target=text("ក\u2028ខ"),
            editor="Sokha",
            at=NOW,
        )
    )
    store.rounds.record(
        "report", "km", round=1, digest=Hash("1" * 64), stage="s", answer={"x": "ក"}, problems=(), at=NOW
    )
    store.memory.remember([unit("One."), unit("Two.", language="ja")])


def test_authored_state_goes_out_and_into_another_store_unchanged(store: Store, new_url: Callable[[], str]) -> None:
    _fill(store)
    first = io.StringIO()
    store.export_jsonl(first)
    with Store.open(new_url()) as other:
        assert other.import_jsonl(io.StringIO(first.getvalue())) > 0
        assert other.import_jsonl(io.StringIO(first.getvalue())) == 0
        second = io.StringIO()
        other.export_jsonl(second)
        assert second.getvalue() == first.getvalue()
        assert other.decisions.verify() is None
        other.decisions.append([decision("Three.")])
        assert other.decisions.verify() is None


def draft_of(words: str, target: str | None, origin: str, detail: str = "") -> Draft:
    made = segment(words)
    return Draft.model_validate(
        {
            "segment": made.id,
            "language": "km",
            "source_hash": made.source_hash,
            "target": None if target is None else text(target),
            "origin": origin,
            "detail": detail,
            "key": Hash("0" * 64),
        }
    )


def test_work_of_which_something_was_heard_is_told_from_work_that_was_stopped(store: Store) -> None:
    store.progress.set("report", "km", "translating", 3, 4, NOW)
    store.progress.set("report", "lo", "reading", 0, 0, NOW - dt.timedelta(hours=1))
    assert {edition: str(p) for edition, p in store.progress.since(NOW).items()} == {
        ("report", "km"): "translating, 3 of 4 (75%)"
    }


def test_a_provider_is_asked_no_faster_than_it_allows(store: Store) -> None:
    assert [store.paces.take("a", 60, 2, 100.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    store.paces.hold("a", 30, 2, 101.0)
    assert store.paces.take("a", 60, 2, 111.0) == 20.0


def test_what_a_machine_gave_is_kept_when_a_person_writes_over_it(store: Store) -> None:
    one = segment("One.")
    store.drafts.put("report", [draft_of("One.", None, "open")])
    store.drafts.put("report", [draft_of("One.", "មួយ", "engine", "first"), draft_of("Two.", "2", "copy")])
    store.drafts.put("report", [draft_of("One.", "មួយៗ", "engine", "second")])
    store.drafts.put("report", [draft_of("One.", "តែមួយ", "human", "Sokha")])
    assert [(d.origin, d.detail) for d in store.beginnings.all("report", "km")] == [
        ("engine", "first"),
        ("engine", "second"),
    ]
    latest = store.beginnings.latest("report", "km")
    assert latest[one.id].detail == latest[one.source_hash].detail == "second"
    assert store.beginnings.all("report", "lo") == ()


def test_a_text_keeps_the_origin_that_it_had_first(store: Store) -> None:
    store.drafts.put("report", [draft_of("One.", "មួយ", "engine", "google")])
    store.drafts.put("report", [draft_of("One.", "មួយ", "context", "memory: approved by Sokha")])
    assert [d.origin for d in store.beginnings.all("report", "km")] == ["engine"]


def test_what_a_machine_gave_outlives_derived_state_and_travels_in_a_backup(
    store: Store, new_url: Callable[[], str]
) -> None:
    store.drafts.put("report", [draft_of("One.", "មួយ", "engine", "google"), draft_of("Two.", "ពីរ", "exact")])
    store.drafts.put("report", [draft_of("One.", "ម្នាក់", "engine", "other")])
    kept = store.beginnings.all("report", "km")
    assert len(kept) == 3
    store.forget_derived()
    assert store.beginnings.all("report", "km") == kept
    out = io.StringIO()
    store.export_jsonl(out)
    with Store.open(new_url()) as other:
        assert other.import_jsonl(io.StringIO(out.getvalue())) == 3
        assert other.import_jsonl(io.StringIO(out.getvalue())) == 0
        assert other.beginnings.all("report", "km") == kept


def test_a_database_from_before_knows_the_machine_drafts_that_still_stand(url: str) -> None:
    with Store.open(url) as store:
        store.drafts.put("report", [draft_of("One.", "មួយ", "engine", "google")])
        store.drafts.put("report", [draft_of("Two.", "ពីរ", "human", "Sokha")])
        run_sql(store, "DROP TABLE beginnings")
        database = store._database
        database.write(lambda connection: migrations._beginnings(connection, database.is_sqlite))
        assert [d.detail for d in store.beginnings.all("report", "km")] == ["google"]


def test_an_export_with_a_changed_decision_is_refused_whole(store: Store, new_url: Callable[[], str]) -> None:
    _fill(store)
    out = io.StringIO()
    store.export_jsonl(out)
    forged = out.getvalue().replace('"reviewer":"Sokha"', '"reviewer":"Mallory"', 1)
    assert forged != out.getvalue()
    lines = [json.loads(line) for line in forged.splitlines() if '"decision"' in line]
    assert lines
    changed = "\n".join(
        line.replace('"verdict":"approve"', '"verdict":"reject"') if '"kind":"decision"' in line else line
        for line in out.getvalue().split("\n")
    )
    with Store.open(new_url()) as other:
        with pytest.raises(StoreError, match=r"Line \d+ .*entry 1 was changed"):
            other.import_jsonl(io.StringIO(changed))
        assert other.publications.all() == ()
        assert list(other.memory.all()) == []


def test_an_export_does_not_overwrite_another_record(store: Store, new_url: Callable[[], str]) -> None:
    _fill(store)
    out = io.StringIO()
    store.export_jsonl(out)
    with Store.open(new_url()) as other:
        other.decisions.append([decision("Something else.")])
        with pytest.raises(StoreError, match="another one in this store"):
            other.import_jsonl(io.StringIO(out.getvalue()))


@pytest.mark.parametrize("content", ["", "{}\n", "not json\n", '{"pubpipe":"x","format":99}\n', "[]\n"])
def test_something_else_than_an_export_is_refused_or_empty(store: Store, content: str) -> None:
    if content:
        with pytest.raises(StoreError, match="Line 1"):
            store.import_jsonl(io.StringIO(content))
    else:
        assert store.import_jsonl(io.StringIO(content)) == 0


def test_derived_state_can_be_forgotten_and_authored_state_stays(store: Store) -> None:
    _fill(store)
    store.cache.put({"a": "b"})
    store.documents.save("report", document("One.").file_hash, "r", document("One."), (segment("One."),), NOW)
    store.forget_derived()
    assert store.cache.get(["a"]) == {}
    assert store.documents.current("report") is None
    assert len(store.decisions.all("report", "km")) == 2
    assert store.memory.count("km") == 1


def test_a_newer_database_is_refused_with_a_remedy(url: str) -> None:
    with Store.open(url) as store:
        run_sql(store, "INSERT INTO pubpipe_schema VALUES (99)")
    with pytest.raises(StoreError, match="version 99") as caught:
        Store.open(url)
    assert "newer pubpipe" in caught.value.remedy


def _open_and_count(url: str, results: Any) -> None:
    with Store.open(url) as store:
        results.put(len(store.publications.all()))


def test_several_processes_may_open_a_new_database_at_once(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=_open_and_count, args=(url, results)) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [w.exitcode for w in workers] == [0] * 6
