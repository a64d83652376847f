"""What a decision is worth, and the only way to an approved edition."""

from pubpipe.review.answers import (
    answer_problems,
    decisions_for,
    left_to_others,
    only_for_others,
    reopening,
    typed_content,
)
from pubpipe.review.changes import NOTHING_READ, Reading, classify, same_tags
from pubpipe.review.deadlines import Deadline, deadline
from pubpipe.review.editions import assemble, credits, draft_edition
from pubpipe.review.requests import had_their_say, request
from pubpipe.review.revisions import Replaced, compared, replaced
from pubpipe.review.right import Right, right
from pubpipe.review.stages import Delegation, Stage
from pubpipe.review.standing import Revision, SegmentStanding, Standing, standing, surroundings

__all__ = [
    "NOTHING_READ",
    "Deadline",
    "Delegation",
    "Reading",
    "Replaced",
    "Revision",
    "Right",
    "SegmentStanding",
    "Stage",
    "Standing",
    "answer_problems",
    "assemble",
    "classify",
    "compared",
    "credits",
    "deadline",
    "decisions_for",
    "draft_edition",
    "had_their_say",
    "left_to_others",
    "only_for_others",
    "reopening",
    "replaced",
    "request",
    "right",
    "same_tags",
    "standing",
    "surroundings",
    "typed_content",
]
