"""What `pubpipe template check` finds: each mistake of a designer's is planted once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pubpipe.languages import TARGETS, profile
from pubpipe.renderers import find_fonts, load_template
from pubpipe.renderers.contrast import contrast
from pubpipe.renderers.template_check import TemplateProblem, check_template

TEMPLATES = Path(__file__).parents[3] / "templates"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATES / "policy-brief", tmp_path / "mine"))


def found(folder: Path, *languages: str, digits: str | None = None) -> list[TemplateProblem]:
    template = load_template(folder, [TEMPLATES / "labels.toml"])
    profiles = [profile(tag).model_copy(update={"digits": digits}) for tag in languages or ("ja",)]
    return [p for p in check_template(template, profiles, find_fonts()) if p.severity != "info"]


def add(folder: Path, text: str) -> None:
    """A key at the top of template.toml, or a table at its end."""
    path = folder / "template.toml"
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n{text}" if text.startswith("[") else f"{text}\n{before}", encoding="utf-8")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#fff", 4.48),
    ],
)
def test_the_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    other = "#ffffff" if other == "#fff" else other
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("name", ["report", "policy-brief"])
def test_the_built_in_designs_have_no_mistake_in_any_language(name: str) -> None:
    assert found(TEMPLATES / name, *TARGETS) == []


def test_labels_that_nobody_checked_are_said_by_language() -> None:
    template = load_template(TEMPLATES / "report")
    said = [p for p in check_template(template, [profile("lo")], find_fonts()) if p.severity == "info"]
    assert [p.language for p in said] == ["lo"]
    assert "native speaker" in said[0].message


def test_a_colour_that_cannot_be_read_is_an_error_with_its_contrast(mine: Path) -> None:
    path = mine / "template.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("#4a5560", "#9aa5b0"), encoding="utf-8")
    problems = found(mine)
    assert [p.severity for p in problems] == ["error", "error"]
    assert "colours.soft on white paper has a contrast of 2.5:1" in problems[0].message
    assert "4.5:1" in problems[0].message


def test_a_logo_without_words_is_an_error_in_the_languages_that_lack_them(mine: Path) -> None:
    shutil.copy(TEMPLATES.parent / "examples/mekong-migration/figure-1.png", mine / "logo.png")
    add(mine, '[logo]\nfile = "logo.png"')
    (mine / "labels.toml").write_text('[logo]\nstatus = "draft"\nja = "ロゴ"\n', encoding="utf-8")
    problems = found(mine, "ja", "th")
    assert [(p.severity, p.language, p.part) for p in problems] == [("error", "th", "labels.toml")]
    assert "decorative" in problems[0].message


def test_a_label_that_lost_its_number_or_has_a_sign_of_no_font_is_an_error(mine: Path) -> None:
    (mine / "labels.toml").write_text(
        '[table]\nstatus = "draft"\nja = "表"\n[figure]\nstatus = "draft"\nja = "図{number}\U00012000"\n',
        encoding="utf-8",
    )
    messages = [p.message for p in found(mine)]
    assert any("'table' lacks {number}" in m for m in messages)
    assert any("U+12000" in m for m in messages)


def test_a_sign_that_another_font_has_is_a_warning(mine: Path) -> None:
    (mine / "labels.toml").write_text('[contents]\nstatus = "draft"\nth = "目次"\n', encoding="utf-8")
    problems = found(mine, "th")
    assert {(p.severity, p.part) for p in problems} == {("warning", "labels.toml")}
    assert "steps in" in problems[0].message


def test_a_function_that_the_layout_lacks_and_a_draft_without_watermark_are_errors(mine: Path) -> None:
    path = mine / "layout.typ"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("#let head-cell", "#let headcell").replace("matter.watermark", "()"), encoding="utf-8")
    messages = [p.message for p in found(mine)]
    assert any("'head-cell'" in m for m in messages)
    assert any("matter.watermark" in m for m in messages)


def test_a_layout_that_typst_cannot_set_says_so_in_each_language(mine: Path) -> None:
    path = mine / "layout.typ"
    path.write_text(path.read_text(encoding="utf-8").replace("matter.about", "matter.abuot"), encoding="utf-8")
    problems = found(mine, "ja", "vi")
    assert [(p.severity, p.language, p.part) for p in problems] == [("error", "ja", "pdf"), ("error", "vi", "pdf")]
    assert "abuot" in problems[0].message
    line = path.read_text(encoding="utf-8").split("matter.abuot")[0].count("\n") + 1
    assert f"layout.typ line {line}" in problems[0].message


def test_a_family_in_the_layout_that_is_not_ours_is_an_error(mine: Path) -> None:
    path = mine / "layout.typ"
    path.write_text(path.read_text(encoding="utf-8").replace("font: script.fonts", 'font: "Arial"'), encoding="utf-8")
    problems = found(mine)
    assert problems
    assert "arial" in problems[0].message.lower()


def test_a_column_too_narrow_and_a_paper_that_is_not_a4_are_said(mine: Path) -> None:
    path = mine / "template.toml"
    text = (
        path.read_text(encoding="utf-8").replace("width = 210", "width = 120").replace("height = 297", "height = 180")
    )
    path.write_text(text, encoding="utf-8")
    messages = [p.message for p in found(mine)]
    assert any("36 mm wide" in m for m in messages)
    assert any("A4" in m for m in messages)


@pytest.mark.parametrize(
    ("language", "warned"), [("km", True), ("my", True), ("lo", True), ("th", False), ("vi", False)]
)
def test_digits_that_word_cannot_count_in_are_said(language: str, warned: bool) -> None:
    problems = found(TEMPLATES / "report", language, digits="native")
    assert [p.severity for p in problems] == ["warning"] * warned
    assert all("17.18.59" in p.message for p in problems)
