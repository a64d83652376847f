"""Templates: what is wrong with one is said by file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pubpipe.errors import RenderError
from pubpipe.languages import SOURCE, TARGETS
from pubpipe.renderers import load_template
from pubpipe.renderers.template import REQUIRED_LABELS

REPORT = Path(__file__).parents[3] / "templates/report"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPORT, tmp_path / "mine"))


def test_the_built_in_template_has_every_label_in_every_language() -> None:
    template = load_template(REPORT)
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
        ("template.toml", "colour = 1", "colour: Extra inputs"),
        ("template.toml", '[colours]\naccent = "blue"', "colours.accent"),
        ("template.toml", "[colours\n", "not valid TOML"),
        ("labels.toml", '[contents]\nen = "x"', "needs a table with status"),
        ("labels.toml", '[contents]\nstatus = "draft"\nEnglish = "x"', "'English' is not a language tag"),
        ("labels.toml", '[contents]\nstatus = "draft"\nen = 1', "is not a language tag with words"),
    ],
)
def test_a_mistake_is_named_with_its_file(copy: Path, file: str, content: str, says: str) -> None:
    (copy / file).write_text(content, encoding="utf-8")
    with pytest.raises(RenderError, match=says) as caught:
        load_template(copy)
    assert file in caught.value.message


@pytest.mark.parametrize("file", ["template.toml", "labels.toml", "layout.typ"])
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
