"""The reference pages are made from the program, and say what the program says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pubpipe.cli.reference import PAGES

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_what_the_program_says(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_every_command_has_an_example() -> None:
    page = PAGES["commands.md"]()
    commands = page.count("### pubpipe")
    assert commands >= 20
    assert page.count("Example: `pubpipe") == commands
