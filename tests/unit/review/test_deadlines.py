"""When a review is due, and how that is said."""

from __future__ import annotations

import datetime as dt

import pytest

from pubpipe.review import Stage, deadline

OPENED = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def stage(days: int | None, reminder: int | None = None) -> Stage:
    return Stage(
        name="sign-off",
        kind="edition",
        deadline=None if days is None else days * DAY,
        reminder=None if reminder is None else reminder * DAY,
    )


def test_a_stage_without_a_deadline_or_that_has_not_opened_is_never_due() -> None:
    assert deadline(stage(None), OPENED) is None
    assert deadline(stage(10), None) is None


@pytest.mark.parametrize(
    ("after", "state", "words"),
    [
        (dt.timedelta(), "open", "due 2026-05-11"),
        (8 * DAY - dt.timedelta(seconds=1), "open", "due 2026-05-11"),
        (8 * DAY, "due soon", "due 2026-05-11"),
        (10 * DAY, "overdue", "OVERDUE since 2026-05-11"),
        (11 * DAY, "overdue", "OVERDUE since 2026-05-11 (1 day)"),
        (13 * DAY, "overdue", "OVERDUE since 2026-05-11 (3 days)"),
    ],
)
def test_the_moments_of_a_deadline(after: dt.timedelta, state: str, words: str) -> None:
    found = deadline(stage(10, 2), OPENED)
    assert found is not None
    assert (found.state(OPENED + after), found.words(OPENED + after)) == (state, words)


def test_without_a_reminder_nothing_is_due_soon() -> None:
    found = deadline(stage(10), OPENED)
    assert found is not None
    assert found.state(OPENED + 9 * DAY) == "open"


def test_the_day_is_said_in_the_time_zone_of_the_reader() -> None:
    found = deadline(stage(10), OPENED.replace(hour=20))
    assert found is not None
    assert found.words(OPENED.astimezone(dt.timezone(dt.timedelta(hours=7)))) == "due 2026-05-12"
