"""Text files keep the line breaks that a person made, and lose those of a program."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pubpipe.model import plain
from pubpipe.readers import read
from pubpipe.readers.plaintext import with_breaks


def units(text: str, name: str = "a.txt") -> list[str]:
    return [plain(u.content) for u in read(Path(name), text.encode()).units()]


AGENDA = "8:30-9:00\tRegistration\n9:00-9:15\tOpening\n10:45-12:00\tGroup work on the policy recommendations"
ADDRESS = "Mekong Migration Network\n12 River Road, Vientiane\nTelephone: 021 555 010"
PROSE = (
    "Between 1 June 2023 and 31 March 2024, our teams interviewed 2,418\n"
    "migrant workers in 14 provinces. Of these, 1,306 were women. We also\n"
    "spoke with 86 employers and 41 recruitment agencies."
)


@pytest.mark.parametrize("text", [AGENDA, ADDRESS])
def test_an_agenda_and_an_address_keep_their_lines(text: str) -> None:
    assert units(f"Start.\n\n{text}\n\nEnd.") == ["Start.", text.replace("\t", " "), "End."]


def test_prose_that_a_program_wrapped_runs_on() -> None:
    assert units(f"{PROSE}\n\nEnd.") == [PROSE.replace("\n", " "), "End."]


def test_markdown_files_keep_the_rule_of_markdown() -> None:
    assert units(f"Start.\n\n{ADDRESS}", "a.md") == ["Start.", ADDRESS.replace("\n", " ")]


def test_lists_headings_and_the_title_block_stay_what_they_are() -> None:
    text = "---\ntitle: A\nlang: en\n---\n\nHead\n====\n\n- one\n- two\n\n1. three\n2. four\n"
    assert units(text) == ["A", "Head", "one", "two", "three", "four"]
    assert with_breaks(text) == text


def test_long_lines_of_spaces_take_no_time() -> None:
    start = time.perf_counter()
    with_breaks((" " * 500_000 + "\n") * 4 + "x" + " " * 500_000 + "y\nz")
    assert time.perf_counter() - start < 2
