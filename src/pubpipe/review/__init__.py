"""What a decision is worth, and the only way to an approved edition."""

from pubpipe.review.answers import answer_problems, decisions_for, reopening
from pubpipe.review.editions import assemble, credits, draft_edition
from pubpipe.review.requests import request
from pubpipe.review.stages import Stage
from pubpipe.review.standing import SegmentStanding, Standing, standing, surroundings

__all__ = [
    "SegmentStanding",
    "Stage",
    "Standing",
    "answer_problems",
    "assemble",
    "credits",
    "decisions_for",
    "draft_edition",
    "reopening",
    "request",
    "standing",
    "surroundings",
]
