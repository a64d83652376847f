"""Digits and calendars as a project, a publication or a language chooses them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pubpipe.errors import PubpipeError
from pubpipe.languages import TARGETS, profile
from pubpipe.project import Project, load_project
from pubpipe.renderers.dates import long_date


def project(folder: Path, text: str) -> Project:
    (folder / "pubpipe.toml").write_text(text, encoding="utf-8")
    return load_project(folder, {})


@pytest.mark.parametrize("tag", list(TARGETS))
def test_without_a_choice_the_profile_is_that_of_the_language(tmp_path: Path, tag: str) -> None:
    assert project(tmp_path, "").profile_of("guide", tag) == profile(tag)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ('[project]\ndigits = "native"', {"km": "native", "vi": "native"}),
        ('[project.digits]\nkm = "native"', {"km": "native", "th": None}),
        ('[project]\ndigits = "native"\n[publications.guide]\ndigits = "latin"', {"km": "latin", "th": "latin"}),
        (
            '[project]\ndigits = "native"\n[publications.guide.digits]\nth = "latin"',
            {"km": "native", "th": "latin"},
        ),
        ('[publications.other]\ndigits = "native"', {"km": None}),
    ],
)
def test_the_publication_chooses_before_the_project(tmp_path: Path, text: str, chosen: dict[str, str | None]) -> None:
    made = project(tmp_path, text)
    assert {tag: made.profile_of("guide", tag).digits for tag in chosen} == chosen
    assert not made.profile_of("guide", "vi").native  # it has no digits of its own


def test_a_choice_of_digits_moves_the_key_of_drafts_and_pages(tmp_path: Path) -> None:
    made = project(tmp_path, '[project]\ndigits = "native"')
    assert made.profile_of("guide", "km").fingerprint != profile("km").fingerprint


@pytest.mark.parametrize(
    ("tag", "calendar", "date"),
    [
        ("lo", "buddhist", "2569"),
        ("th", "gregorian", "2026"),
        ("ja", "japanese", "令和8年3月9日"),
        ("ja", "gregorian", "2026年3月9日"),
    ],
)
def test_dates_follow_the_calendar_chosen(tmp_path: Path, tag: str, calendar: str, date: str) -> None:
    made = project(tmp_path, f'[project.calendars]\n{tag} = "{calendar}"')
    assert date in long_date(dt.date(2026, 3, 9), made.profile_of("guide", tag))


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndigits = "khmer"',
        '[project.digits]\nkm = "thai"',
        '[project.digits]\nkhm = "native"',
        '[project.calendars]\nja = "lunar"',
        '[project.calendars]\nja = "buddhist"',
        '[project.calendars]\nkm = "buddhist"',
        '[publications.guide.calendars]\nvi = "japanese"',
    ],
)
def test_a_choice_that_there_is_not_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PubpipeError):
        project(tmp_path, text)
