"""What the translation memory has for a segment: exact in context, exact, or a fuzzy suggestion."""

from pubpipe.memory.ranking import Match, key, look_up

__all__ = ["Match", "key", "look_up"]
