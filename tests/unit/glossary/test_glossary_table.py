from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import pytest

from pubpipe.errors import GlossaryError
from pubpipe.glossary import Glossary, Rendering, load
from pubpipe.glossary.table import COLUMNS, parse
from pubpipe.languages import TARGETS

HEAD = "id,source,variants,kind,case,note,status,km,km_allowed,km_forbidden,th,th_forbidden,vi,my,ja"
ZAWGYI = "\u101e\u100a\u1039\u101c\u1030\u1019\u103a\u102c\u1038\u101e\u100a\u1039"


def problems(*lines: str) -> tuple[str, ...]:
    with pytest.raises(GlossaryError) as caught:
        parse("\n".join((HEAD, *lines)).encode())
    assert caught.value.exit_code == 4
    assert caught.value.remedy
    return caught.value.problems


def warnings(*lines: str) -> list[str]:
    return [w.message for w in parse("\n".join((HEAD, *lines)).encode()).warnings if w.severity == "warning"]


def test_a_row_becomes_a_term_with_its_forms() -> None:
    glossary = parse(
        f"\ufeff{HEAD}\nmw,migrant worker,labour migrant | labor migrant,,,A note,reviewed,"
        "ពលករចំណាកស្រុក,ពលករទេសន្តរប្រវេសន៍ | ចំណាក,កម្មករបរទេស,,,,,\n".encode()
    )
    (term,) = glossary.terms
    assert term.variants == ("labour migrant", "labor migrant")
    assert (term.kind, term.case, term.status, term.note) == ("term", "fold", "reviewed", "A note")
    assert term.renderings == {
        "km": Rendering(preferred="ពលករចំណាកស្រុក", allowed=("ពលករទេសន្តរប្រវេសន៍", "ចំណាក"), forbidden=("កម្មករបរទេស",))
    }


def test_the_columns_are_made_from_the_languages() -> None:
    for tag in TARGETS:
        assert {tag, f"{tag}_allowed", f"{tag}_forbidden"} <= set(COLUMNS)


def test_two_capitals_make_the_case_matter_unless_the_table_says_otherwise() -> None:
    glossary = parse(f"{HEAD}\na,WHO,,name\nb,worker\nc,MoU,,,fold".encode())
    assert [t.case for t in glossary.terms] == ["exact", "fold", "fold"]


def test_commas_semicolons_and_tabs_are_told_apart() -> None:
    for sign in ",;\t":
        glossary = parse("\n".join(("id,source,vi".replace(",", sign), f"a{sign}fee{sign}phí")).encode())
        assert glossary.terms[0].renderings["vi"].preferred == "phí"


def test_a_missing_folder_and_an_empty_table_are_empty_glossaries(tmp_path: Path) -> None:
    assert load(tmp_path / "none") == Glossary()
    (tmp_path / "terms.csv").write_text("")
    assert load(tmp_path) == Glossary()
    (tmp_path / "terms.csv").write_text(HEAD)
    assert load(tmp_path).terms == ()


def test_the_fingerprint_changes_with_a_form_and_not_with_empty_rows_or_column_order() -> None:
    one = parse(b"id,source,vi,ja\na,fee,ph\xc3\xad,\n").fingerprint
    same = parse(b"ja,vi,source,id\n,ph\xc3\xad,fee,a\n\n,,,\n").fingerprint
    other = parse(b"id,source,vi,ja\na,fee,phi,\n").fingerprint
    assert one == same != other


@pytest.mark.parametrize(
    ("line", "place", "words"),
    [
        (",fee", "row 2, column id", "is empty"),
        ("a b,fee", "row 2, column id", "letters, digits"),
        ("a,", "row 2, column source", "is empty"),
        ("a,x", "row 2, column source", "too short"),
        ("a,***", "row 2, column source", "too short"),
        ("a,fee,,verb", "row 2, column kind", "not one of term, preferred, name"),
        ("a,fee,,,upper", "row 2, column case", "not one of"),
        ("a,fee,,,,,done", "row 2, column status", "not one of"),
        ("a,=SUM(A1)", "row 2, column source", "formula"),
        ("a,fee,,,,,,@x", "row 2, column km", "formula"),
        ("a,fee,,,,,,,ពាក្យ", "row 2, column km", "is empty, though km_allowed"),
        ("a,fee,,,,,,ពាក្យ,,ពាក្យ", "row 2, column km_forbidden", "also a form that is asked for"),
        ("a,fee,,,,,,ពាក្យថ្មី,,ពាក្យ", "row 2, column km_forbidden", "is part of"),
        ("a,fee,,,,,,แรงงาน", "row 2, column km", "letters that are not Khmer"),
        ("a,fee,,,,,,,,,,,Россия", "row 2, column vi", "letters that are not Vietnamese"),
        (f"a,fee,,,,,,,,,,,{unicodedata.normalize('NFD', 'phí')}", "row 2, column vi", "not in NFC"),
        (f"a,fee,,,,,,,,,,,,{ZAWGYI}", "row 2, column my", "Zawgyi"),
        ('a,"fee\nfees"', "row 2, column source", "line break"),
        ("a,fee,,,,,,,,,,,,,,beyond", "row 2", "beyond the last column"),
    ],
)
def test_a_bad_cell_is_named_with_row_and_column(line: str, place: str, words: str) -> None:
    (problem,) = problems(line)
    assert problem.startswith(f"terms.csv {place}")
    assert words in problem


def test_rows_are_counted_as_a_spreadsheet_shows_them() -> None:
    (problem,) = problems('a,fee,,,,"a note\nin two lines"', "", ",bad")
    assert problem.startswith("terms.csv row 4, column id")


def test_all_problems_are_told_at_once() -> None:
    assert len(problems(",fee", "a,", "b,wage,,verb")) == 3


def test_an_unknown_column_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(GlossaryError) as caught:
        parse(b"id,source,km_alowed\na,fee,x")
    assert "'km_alowed'; did you mean 'km_allowed'?" in caught.value.problems[0]
    with pytest.raises(GlossaryError) as caught:
        parse(b"source,vi\nfee,x")
    assert any("'id' is missing" in p for p in caught.value.problems)


def test_terms_that_would_be_found_in_the_same_words_are_duplicates() -> None:
    (problem,) = problems("a,labour migrant", "b,worker,labor migrants")
    assert problem.startswith("terms.csv row 3, column variants")
    assert "row 2" in problem
    (problem,) = problems("a,fee", "A,wage")
    assert problem.startswith("terms.csv row 3, column id")


def test_who_and_the_who_may_stand_in_one_table() -> None:
    assert len(parse(f"{HEAD}\na,WHO,,name\nb,who".encode()).terms) == 2


def test_a_form_that_holds_what_another_term_refuses_is_a_problem() -> None:
    (problem,) = problems("a,migrant,,,,,,,,,แรงงานต่างด้าวใหม่", "b,alien,,,,,,,,,คนนอก,ต่างด้าว")
    assert problem.startswith("terms.csv row 2, column th")
    assert "refused in row 3" in problem


def test_what_is_doubtful_is_a_warning() -> None:
    assert "also the translation in row 3" in warnings("a,wage,,,,,,ប្រាក់ឈ្នួល", "b,salary,,,,,,ប្រាក់ឈ្នួល")[0]
    assert "no Khmer letter" in warnings("a,fee,,,,,,fee")[0]
    assert "one character" in warnings("a,country,,,,,,,,,,,,,国")[0]
    assert "another order" in warnings("a,work,,,,,,,,,ทํางาน")[0]
    assert warnings("a,AIDS,,,,,,AIDS") == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f"{HEAD}\na,fee".encode("utf-16"), "UTF-16"),
        ("id,source,vi\na,fee,phí".encode("latin-1"), "line 2"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b'id,source\na,"fee', "row 2"),
        (b'id,source\na,"' + b"x" * 200_000 + b'"', "row 2"),
    ],
)
def test_a_file_that_is_no_utf8_table_gets_one_clear_line(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_bytes(data)
    with pytest.raises(GlossaryError) as caught:
        load(tmp_path)
    assert "terms.csv" in caught.value.message
    assert words in caught.value.message
    assert caught.value.remedy


def test_a_spreadsheet_instead_of_a_table_says_how_to_export(tmp_path: Path) -> None:
    (tmp_path / "terms.xlsx").write_bytes(b"PK")
    with pytest.raises(GlossaryError, match="CSV UTF-8"):
        load(tmp_path)


def test_fifty_thousand_rows_are_read_in_linear_time() -> None:
    lines = [f"t{i},word{i} phrase{i},,,,,,ពាក្យ{i},,ហាម{i}" for i in range(50_000)]
    started = time.perf_counter()
    assert len(parse("\n".join((HEAD, *lines)).encode()).terms) == 50_000
    assert time.perf_counter() - started < 60
