"""What every check promises, run over the registry."""

from __future__ import annotations

import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from pubpipe import checks, glossary
from pubpipe.checks import CHECKS, CheckContext
from pubpipe.languages import TARGETS
from pubpipe.model import Text
from tests.tables import rows

FAULTY = [
    ("Workers must not pay 1,204 dollars (see https://example.org).", "Workers  1,240 (￿ \u202e"),
    ("Workers have rights.", ""),
    ("Workers have rights.", "Workers have rights."),
    ("Go to rest now please.", "abcd" * 30),
]


def context(source: str, target: str, tag: str) -> CheckContext:
    return CheckContext((Text(text=source),), (Text(text=target),), TARGETS[tag])


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_registered_under_its_own_name(name: str) -> None:
    assert name == CHECKS[name].ID
    assert re.fullmatch(r"[a-z]+", name)


DESCRIBED = {d.id: d for d in checks.FINDINGS}


def test_every_kind_of_finding_is_described_once_under_its_check() -> None:
    assert len(DESCRIBED) == len(checks.FINDINGS)
    for name, check in CHECKS.items():
        for kind in check.FINDINGS:
            assert kind.id.partition(".")[0] == name
            assert set(kind.severity.split("/")) <= {"info", "warning", "error"}
            assert kind.meaning.endswith(".")
            assert kind.example


def test_what_the_cases_find_is_described_with_its_severity() -> None:
    for heading, row in rows("checks"):
        profile = next(p for p in TARGETS.values() if p.english_name == heading)
        for found in checks.run((Text(text=row["english"]),), (Text(text=row["translation"]),), profile):
            assert found.severity in DESCRIBED[found.check].severity.split("/")


def test_the_reference_page_names_every_kind_of_finding_and_its_severity() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "checks.md").read_text("utf-8")
    for id_, severity, meaning, _ in (*checks.FINDINGS, *glossary.FINDINGS):
        assert f"| `{id_}` | {severity.replace('/', ', ')} | {meaning} |" in page


def test_every_file_of_the_folder_that_checks_a_segment_is_registered() -> None:
    modules = {
        m.name
        for m in pkgutil.iter_modules(checks.__path__)
        if hasattr(__import__(f"pubpipe.checks.{m.name}", fromlist=["check"]), "check")
    }
    assert modules == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_it_is_for_and_what_it_finds(name: str) -> None:
    module = inspect.getmodule(CHECKS[name].check)
    assert module is not None
    assert module.__doc__
    assert module.check.__doc__


@pytest.mark.parametrize("tag", TARGETS)
@pytest.mark.parametrize("name", CHECKS)
def test_findings_are_plain_sentences_under_the_name_of_the_check(name: str, tag: str) -> None:
    for source, target in FAULTY:
        for found in CHECKS[name].check(context(source, target, tag)):
            assert found.check == name or found.check.startswith(name + ".")
            assert found.message[0].isupper() or found.message[0] in "“<"
            assert found.message.rstrip("”").endswith((".", "?", "!"))
            assert found.segment is None


@pytest.mark.parametrize("tag", TARGETS)
@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_pure_and_silent_about_empty_texts(name: str, tag: str) -> None:
    assert list(CHECKS[name].check(context("", "", tag))) == []
    for source, target in FAULTY:
        again = [list(CHECKS[name].check(context(source, target, tag))) for _ in range(2)]
        assert again[0] == again[1]


@pytest.mark.parametrize("tag", TARGETS)
def test_every_check_can_be_switched_off(tag: str) -> None:
    off = dict.fromkeys(CHECKS, "off")
    for source, target in FAULTY:
        assert checks.run((Text(text=source),), (Text(text=target),), TARGETS[tag], severities=off) == ()
