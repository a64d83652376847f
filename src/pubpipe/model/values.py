"""The base of every value that crosses rooms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """Frozen, no unknown fields: a value can be hashed, compared and passed on, never changed in place."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, ser_json_bytes="base64", val_json_bytes="base64"
    )


Format = Literal["docx", "pdf", "html", "srt", "vtt"]
"""What an edition is published as; the last two are subtitles, which have no pages."""

Layout = Literal["template", "source"]
"""template: the text set anew in a design of ours; source: the client's own file with its text replaced."""
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A BCP 47 language tag as `languages/` registers it."""
