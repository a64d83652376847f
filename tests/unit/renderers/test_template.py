"""Templates: what is wrong with one is said by file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pubpipe.errors import RenderError
from pubpipe.languages import SOURCE, TARGETS
from pubpipe.renderers import load_template
from pubpipe.renderers.template import REQUIRED_LABELS

TEMPLATES = Path(__file__).parents[3] / "templates"
REPORT = TEMPLATES / "report"
built_in = pytest.mark.parametrize("name", ["report", "policy-brief"])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A template of a designer's, with a table of labels of its own."""
    shutil.copytree(REPORT, tmp_path / "mine")
    shutil.copy(TEMPLATES / "labels.toml", tmp_path / "mine")
    return tmp_path / "mine"


@built_in
def test_a_built_in_template_has_every_label_in_every_language(name: str) -> None:
    template = load_template(TEMPLATES / name)
    for language in (SOURCE.tag, *TARGETS):
        template.check_labels(language)
    assert {label.status for label in template.labels.values()} <= {"draft", "reviewed"}


def test_no_label_of_another_language_is_the_english_one() -> None:
    template = load_template(REPORT)
    for key, label in template.labels.items():
        if key != "page":
            same = [t for t, words in label.words.items() if t != SOURCE.tag and words == label.words[SOURCE.tag]]
            assert same == [], key


def test_the_fingerprint_changes_with_a_word(copy: Path) -> None:
    before = load_template(copy).fingerprint
    labels = copy / "labels.toml"
    labels.write_text(labels.read_text(encoding="utf-8").replace("目次", "もくじ"), encoding="utf-8")
    assert load_template(copy).fingerprint != before


@built_in
def test_a_built_in_template_says_what_it_is_for_and_no_file_is_stale_when_it_says_so_otherwise(name: str) -> None:
    template = load_template(TEMPLATES / name)
    assert template.design.title
    assert template.design.description.endswith(".")
    told = template.design.model_copy(update={"description": "Another word for it."})
    assert template.model_copy(update={"design": told}).fingerprint == template.fingerprint


def test_a_missing_label_is_named_with_template_and_language(copy: Path) -> None:
    labels = copy / "labels.toml"
    labels.write_text(labels.read_text(encoding="utf-8").replace('lo = "ສາລະບານ"\n', ""), encoding="utf-8")
    with pytest.raises(RenderError, match=r"'mine' has no label 'contents' in lo"):
        load_template(copy).check_labels("lo")


def test_a_template_without_any_labels_names_the_first(copy: Path) -> None:
    (copy / "labels.toml").write_text("", encoding="utf-8")
    with pytest.raises(RenderError, match=REQUIRED_LABELS[0]):
        load_template(copy).check_labels("km")


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("template.toml", "colour = 1", "colour is not a key .did you mean 'colours'"),
        ("template.toml", '[colours]\nacent = "#ffffff"', "colours.acent is not a key .did you mean 'accent'"),
        ("template.toml", '[logo]\nfile = "a.png"\nwidht = 3', "logo.widht is not a key .did you mean 'width'"),
        ("template.toml", '[logo]\nfile = "../a.png"', "logo.file"),
        ("template.toml", '[logo]\nfile = "a.png"', "logo.file: there is no"),
        ("template.toml", '[imprint]\nlines = ["publisher"]', "translated_by, reviewed_by cannot be left out"),
        ("template.toml", '[fonts]\nkm = ["Noto Sans Kmer"]', "did you mean 'Noto Sans Khmer'"),
        ("template.toml", 'name = "x"', "name is not a key"),
        ("template.toml", '[colours]\naccent = "blue"', "colours.accent"),
        ("template.toml", "[colours\n", "not valid TOML"),
        ("labels.toml", '[contents]\nen = "x"', "needs a table with status"),
        ("labels.toml", '[contents]\nstatus = "draft"\nEnglish = "x"', "'English' is not a language tag"),
        ("labels.toml", '[contents]\nstatus = "draft"\nen = 1', "is not a language tag with words"),
        ("labels.toml", '[contents]\nstatus = "draft"\nreviewed = ["ja"]\nen = "x"', "reviewed is not a list"),
    ],
)
def test_a_mistake_is_named_with_its_file(copy: Path, file: str, content: str, says: str) -> None:
    (copy / file).write_text(content, encoding="utf-8")
    with pytest.raises(RenderError, match=says) as caught:
        load_template(copy)
    assert file in caught.value.message


@pytest.mark.parametrize("file", ["template.toml", "layout.typ"])
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(RenderError, match=file):
        load_template(copy)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="nowhere"):
        load_template(tmp_path / "nowhere")


def test_a_layout_that_is_not_utf8_is_refused(copy: Path) -> None:
    (copy / "layout.typ").write_bytes(b"\xff\xfe")
    with pytest.raises(RenderError, match=r"layout\.typ cannot be read"):
        load_template(copy)


def test_words_of_the_template_win_over_the_shared_ones_language_by_language(tmp_path: Path) -> None:
    shutil.copytree(REPORT, tmp_path / "mine")
    (tmp_path / "mine/labels.toml").write_text('[contents]\nstatus = "reviewed"\nja = "もくじ"\n', encoding="utf-8")
    template = load_template(tmp_path / "mine", [TEMPLATES / "labels.toml"])
    assert template.label("contents", "ja") == "もくじ"
    assert template.label("contents", "th") == load_template(REPORT).label("contents", "th")
    assert template.labels["contents"].state("ja") == "reviewed"
    assert template.labels["contents"].state("th") == "draft"


def test_an_image_that_is_not_decorative_needs_words_in_every_language(copy: Path) -> None:
    shutil.copy(TEMPLATES.parent / "examples/mekong-migration/figure-1.png", copy / "logo.png")
    (copy / "template.toml").write_text('[logo]\nfile = "logo.png"\n', encoding="utf-8")
    with pytest.raises(RenderError, match="no label 'logo' in ja"):
        load_template(copy).check_labels("ja")
    (copy / "template.toml").write_text('[logo]\nfile = "logo.png"\ndecorative = true\n', encoding="utf-8")
    load_template(copy).check_labels("ja")
