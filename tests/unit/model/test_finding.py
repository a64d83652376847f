"""How a finding names the place it means."""

from __future__ import annotations

import pytest

from pubpipe.model import quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Keep your passport.", "“Keep your passport.”"),
        ("  Keep\n your   passport.  ", "“Keep your passport.”"),
        (
            "Workers must not pay any fee for the change of their employer, and",
            "“Workers must not pay any fee for the …”",
        ),
        ("นายจ้างต้องไม่ยึดหนังสือเดินทางของลูกจ้าง", "“นายจ้างต้องไม่ยึดหนังสือเดินทางของลูกจ้า …”"),
    ],
)
def test_a_place_is_named_by_its_first_words_and_says_that_the_text_goes_on(text: str, shown: str) -> None:
    assert quoted(text, 40) == shown
