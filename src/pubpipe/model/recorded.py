"""The base of values whose written form is on record, and hashed there."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import SerializerFunctionWrapHandler, model_serializer

from pubpipe.model.values import Value


class Recorded(Value):
    """A field that came later (`later`) is written only where it says something, so that what was recorded before it
    existed keeps its bytes and its hash.
    """

    later: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _as_recorded(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = handler(self)
        for name in self.later:
            if not getattr(self, name):
                data.pop(name, None)
        return data
