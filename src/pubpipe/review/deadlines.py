"""When a review is due, and how that is said: from the opening of its stage and the stage's own settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from pubpipe.review.stages import Stage


@dataclass(frozen=True)
class Deadline:
    """The moments of one opening of one stage."""

    opened: dt.datetime
    due: dt.datetime
    remind: dt.datetime | None
    """When people are reminded; None: they are not."""

    def state(self, now: dt.datetime) -> Literal["open", "due soon", "overdue"]:
        """Where `now` lies."""
        if now >= self.due:
            return "overdue"
        return "due soon" if self.remind is not None and now >= self.remind else "open"

    def words(self, now: dt.datetime) -> str:
        """ "due 2026-05-03", or "OVERDUE since 2026-05-03 (2 days)"; in the time zone of `now`."""
        day = self.due.astimezone(now.tzinfo).strftime("%Y-%m-%d")
        if self.state(now) != "overdue":
            return f"due {day}"
        late = (now - self.due).days
        return f"OVERDUE since {day}" + (f" ({late} day{'s' if late > 1 else ''})" if late else "")


def deadline(stage: Stage, opened: dt.datetime | None) -> Deadline | None:
    """The deadline of a stage that opened then; None where it has none, or has not opened."""
    if stage.deadline is None or opened is None:
        return None
    due = opened + stage.deadline
    return Deadline(opened, due, due - stage.reminder if stage.reminder else None)
