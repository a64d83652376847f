"""What reviewers keep correcting becomes a candidate for a person, and nothing more than that."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe import glossary
from pubpipe.errors import GlossaryError
from pubpipe.glossary.candidate_table import read_candidates, write_candidates
from pubpipe.glossary.candidates import Candidate, Reviewed, harvest, log_likelihood, merge
from pubpipe.glossary.promoting import promote
from pubpipe.glossary.replacements import replacements
from pubpipe.glossary.table import parse
from pubpipe.languages import TARGETS, profile

EXCHANGES = [
    ("th", "แรงงานต่างด้าวต้องไม่จ่ายค่าธรรมเนียม", "แรงงานข้ามชาติต้องไม่จ่ายค่าธรรมเนียม", "ต่างด้าว", "ข้ามชาติ"),
    ("vi", "Lao động nhập cư không phải trả phí.", "Lao động di cư không phải trả phí.", "nhập", "di"),
    ("ja", "外国人労働者は手数料を払わない。", "移住労働者は手数料を払わない。", "外国人", "移住"),
    ("km", "ពលករបរទេសមិនត្រូវបង់ថ្លៃឡើយ។", "ពលករចំណាកស្រុកមិនត្រូវបង់ថ្លៃឡើយ។", "បរទេស", "ចំណាកស្រុក"),
    ("lo", "ແຮງງານຕ່າງດ້າວບໍ່ຕ້ອງຈ່າຍ", "ແຮງງານເຄື່ອນຍ້າຍບໍ່ຕ້ອງຈ່າຍ", "ຕ່າງດ້າວ", "ເຄື່ອນຍ້າຍ"),
    (
        "my", "နိုင်ငံခြားသားအလုပ်သမားများသည် အခကြေးငွေ မပေးရ။", "ရွှေ့ပြောင်းအလုပ်သမားများသည် အခကြေးငွေ မပေးရ။",
        "နိုင်ငံခြားသား", "ရွှေ့ပြောင်း",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "draft", "corrected", "was", "became"), EXCHANGES, ids=[e[0] for e in EXCHANGES])
def test_a_replaced_word_is_found_whole_in_each_script(
    tag: str, draft: str, corrected: str, was: str, became: str
) -> None:
    (found,) = replacements(draft, corrected, profile(tag))
    assert (found.replaced, found.replacement) == (was, became)


@pytest.mark.parametrize(
    ("tag", "draft", "corrected"),
    [
        ("vi", "Họ trả phí.", "Họ không trả phí."),  # added
        ("vi", "Họ trả phí, rồi đi.", "Họ trả phí rồi đi."),  # punctuation
        ("vi", "năm 2024", "năm 2025"),
        ("th", "สิทธิ\u200bแรงงาน", "สิทธิแรงงาน"),  # a break that nobody sees
        ("ja", "Ａ社の労働者", "A社の労働者"),  # width
        ("km", "", "ពលករ"),
    ],
)
def test_what_is_no_exchange_of_words_is_none(tag: str, draft: str, corrected: str) -> None:
    assert replacements(draft, corrected, profile(tag)) == ()


@given(
    tag=st.sampled_from(sorted(TARGETS)),
    one=st.text(alphabet="กขค แรงงานកខ労働 một hai,.1", max_size=30),
    other=st.text(alphabet="กขค แรงงานកខ労働 một hai,.1", max_size=30),
)
def test_both_sides_of_a_replacement_stand_in_their_texts(tag: str, one: str, other: str) -> None:
    for found in replacements(one, other, profile(tag)):
        assert found.replaced in " ".join(glossary.table.canonical(one).split())
        assert found.replacement in " ".join(glossary.table.canonical(other).split())


def khmer(number: int, english: str, offered: str, approved: str | None = None, publication: str = "a") -> Reviewed:
    return Reviewed(publication, number, english, offered, offered if approved is None else approved)


CORRECTED = [
    khmer(1, "Foreign labourers pay fees.", "ពលករបរទេសបង់ថ្លៃ។", "ពលករចំណាកស្រុកបង់ថ្លៃ។"),
    khmer(2, "The law protects foreign labourers.", "ច្បាប់ការពារពលករបរទេស។", "ច្បាប់ការពារពលករចំណាកស្រុក។"),
    khmer(3, "A foreign labourer has rights.", "ពលករបរទេសមានសិទ្ធិ។", "ពលករចំណាកស្រុកមានសិទ្ធិ។"),
]
OTHERS = [
    khmer(4, "The law is new.", "ច្បាប់ថ្មី។"),
    khmer(5, "Employers pay fees.", "និយោជកបង់ថ្លៃ។"),
    khmer(6, "Workers have rights.", "កម្មករមានសិទ្ធិ។"),
]


def test_a_correction_made_three_times_is_a_candidate_with_its_english() -> None:
    (found,) = harvest([*CORRECTED, *OTHERS], profile("km"))
    assert (found.replaced, found.replacement) == ("ពលករបរទេស", "ពលករចំណាកស្រុក")
    assert found.english == "foreign labourer"
    assert (found.kind, found.segments, found.publications, found.kept) == ("new", 3, 1, 0)
    assert found.places == ("a#1", "a#2", "a#3")
    assert found.score > 3.84


def test_twice_in_one_publication_may_be_chance_and_in_two_publications_is_not() -> None:
    assert harvest([*CORRECTED[:2], *OTHERS], profile("km")) == ()
    elsewhere = CORRECTED[1]._replace(publication="b")
    (found,) = harvest([CORRECTED[0], elsewhere, *OTHERS], profile("km"))
    assert (found.segments, found.publications) == (2, 2)


def test_the_same_sentence_over_and_over_counts_once() -> None:
    assert harvest([s._replace(source=CORRECTED[0].source) for s in CORRECTED], profile("km")) == ()


def test_words_that_mostly_stay_are_no_candidate() -> None:
    kept = [khmer(n, f"Sentence {n}.", "បរទេស។") for n in range(10, 14)]
    stays = [s._replace(approved=s.offered.replace("បរទេស", "ថ្មី")) for s in CORRECTED]
    assert [c.kept for c in harvest([*stays, *kept[:2]], profile("km"))] in ([0], [2])
    same_words = [khmer(n, f"Sentence {n}.", "ពលករបរទេស។") for n in range(10, 14)]
    assert harvest([*CORRECTED, *same_words], profile("km")) == ()


def table(*rows: str) -> bytes:
    head = "id,source,variants,kind,note,status,km,km_allowed,km_forbidden"
    return ("\r\n".join([head, *rows]) + "\r\n").encode()


def test_a_term_that_reviewers_keep_doing_without_is_contested() -> None:
    terms = parse(table('labourer,foreign labourer,,term,"keep, this",reviewed,ពលករបរទេស,,'))
    (found,) = harvest([*CORRECTED, *OTHERS], profile("km"), glossary.matcher(terms))
    assert (found.kind, found.term, found.replaced) == ("contested", "labourer", "ពលករបរទេស")
    assert found.segments == 3


def test_a_correction_to_what_the_table_says_is_no_candidate() -> None:
    terms = parse(table("labourer,foreign labourer,,term,,reviewed,ពលករចំណាកស្រុក,,"))
    assert harvest([*CORRECTED, *OTHERS], profile("km"), glossary.matcher(terms)) == ()


def test_a_second_harvest_changes_nothing_and_keeps_what_a_person_decided() -> None:
    found = harvest([*CORRECTED, *OTHERS], profile("km"))
    assert merge(found, found) == found
    decided = found[0].model_copy(update={"status": "rejected", "by": "Sokha", "note": "style", "english": "migrant"})
    (again,) = merge([decided], harvest([*CORRECTED, *OTHERS, CORRECTED[0]._replace(publication="b")], profile("km")))
    assert (again.status, again.by, again.note, again.english) == ("rejected", "Sokha", "style", "migrant")
    assert again.publications == 2, "the counts are those of today"
    assert merge([decided], ()) == (decided,)
    assert merge(found, ()) == (), "what is no longer found and nobody looked at goes"


def test_the_table_of_candidates_comes_back_as_it_was_written() -> None:
    found = harvest([*CORRECTED, *OTHERS], profile("km"))
    odd = found[0].model_copy(update={"id": "km-1", "note": '=1+1, "x"', "english": "", "replacement": "-"})
    data = write_candidates([*found, odd])
    assert read_candidates(data, "km", "km.csv") == (*found, odd)
    assert b"\n=" not in data
    assert b",=" not in data


def test_a_spoilt_table_of_candidates_is_refused_with_row_and_column() -> None:
    data = write_candidates(harvest(CORRECTED, profile("km"))).replace(b",candidate,", b",maybe,")
    with pytest.raises(GlossaryError) as caught:
        read_candidates(data, "km", "km.csv")
    assert caught.value.problems[0].startswith("km.csv row 2, column status")


CANDIDATE = Candidate(
    id="km-1", kind="new", language="km", english="foreign labourer", replaced="ពលករបរទេស",
    replacement="ពលករចំណាកស្រុក", segments=3, publications=1, kept=0, places=("a#1",),
)  # fmt: skip
OLD_ROWS = ('asean,ASEAN,,term,"one, two",draft,អាស៊ាន,,', "", "law,law,,term,,draft,ច្បាប់,,")


def test_promotion_adds_one_row_and_leaves_every_other_byte() -> None:
    before = b"\xef\xbb\xbf" + table(*OLD_ROWS)
    after = promote(before, CANDIDATE, by="Sokha Chan", day="2026-03-01")
    assert after.startswith(before)
    added = parse(after).terms[-1]
    assert (added.id, added.source, added.status) == ("foreign-labourer", "foreign labourer", "draft")
    assert added.renderings["km"].preferred == "ពលករចំណាកស្រុក"
    assert added.note == "promoted by Sokha Chan, 2026-03-01, from 3 corrections in a"
    assert after.endswith(b"\r\n")


def test_promotion_of_a_contested_form_keeps_the_old_one_as_allowed() -> None:
    before = table(*OLD_ROWS, 'labourer,foreign labour,Foreign labourers,term,"a note",reviewed,ពលករបរទេស,,')
    after = promote(before, CANDIDATE, by="Sokha", day="2026-03-01")
    assert after.startswith(table(*OLD_ROWS))
    changed = parse(after).terms[-1]
    assert (changed.id, changed.status) == ("labourer", "draft")
    assert changed.renderings["km"].preferred == "ពលករចំណាកស្រុក"
    assert changed.renderings["km"].allowed == ("ពលករបរទេស",)
    assert changed.note.startswith("a note; promoted by Sokha")


def test_promotion_makes_the_first_table_there_is() -> None:
    (made,) = parse(promote(None, CANDIDATE, by="Sokha", day="2026-03-01")).terms
    assert made.renderings["km"].preferred == "ពលករចំណាកស្រុក"


@pytest.mark.parametrize("missing", ["english", "replacement"])
def test_promotion_asks_for_what_is_missing(missing: str) -> None:
    with pytest.raises(GlossaryError, match=f"has no {missing}"):
        promote(None, CANDIDATE.model_copy(update={missing: ""}), by="Sokha", day="2026-03-01")


def test_promotion_that_would_make_the_table_unsound_is_refused() -> None:
    before = table("labourer,foreign labourer,,term,,draft,ពលករ,,ពលករចំណាកស្រុក")
    with pytest.raises(GlossaryError, match="problem"):
        promote(before, CANDIDATE, by="Sokha", day="2026-03-01")


def test_the_ratio_is_that_of_the_paper() -> None:
    # Dunning 1993, table 2, first row: "the swiss": 110, 2442, 111, 29114 -> 270.72
    assert math.isclose(log_likelihood(110, 2442, 111, 29114), 270.72, abs_tol=0.01)
    assert log_likelihood(5, 5, 5, 5) == 0
    assert log_likelihood(0, 0, 0, 0) == 0


def test_nothing_is_harvested_from_nothing(tmp_path: Path) -> None:
    assert harvest([], profile("ja")) == ()
