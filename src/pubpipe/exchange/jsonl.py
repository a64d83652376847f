"""Bilingual JSON Lines: one object a line with `source`, `target` and `lang`, tags in the short form."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from pydantic import TypeAdapter, ValidationError

from pubpipe.exchange.lines import MarkupError, decoded, pair, problem, target_tag, unit
from pubpipe.model import Content, MemoryUnit, to_markup

_CONTENT = TypeAdapter(Content)
_OPTIONAL = ("status", "context_hash", "publication", "reviewer", "origin")


def read(stream: BinaryIO, name: str, *, at: dt.datetime, language: str | None = None) -> Iterator[MemoryUnit]:
    """The units of the file; lines in other languages than `language` (if given) or ours are passed over."""
    for number, line in decoded(stream, name):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise problem(name, number, "this is not JSON") from error
        if not isinstance(value, dict):
            raise problem(name, number, "this is no object with source, target and lang")
        for field in ("source", "target"):
            if not isinstance(value.get(field), str) or not value[field].strip():
                raise problem(name, number, f"{field!r} is missing or empty")
        written = value.get("lang", language)
        if not isinstance(written, str) or not written:
            raise problem(name, number, "'lang' is missing")
        tag = target_tag(written)
        if tag is None or (language is not None and tag != target_tag(language)):
            continue
        try:
            source, target = _contents(value)
            yield unit(
                source=source,
                target=target,
                language=tag,
                at=dt.datetime.fromisoformat(value["at"]) if "at" in value else at,
                **{field: value[field] for field in _OPTIONAL if value.get(field)},
            )
        except (MarkupError, ValidationError, ValueError, TypeError) as error:
            why = str(error) if isinstance(error, MarkupError) else "a field has a value that it cannot have"
            raise problem(name, number, why) from error


def write(stream: BinaryIO, units: Iterable[MemoryUnit]) -> int:
    """How many lines were written. `inline` is there only where tags are more than plain spans."""
    count = 0
    for each in units:
        source, target = to_markup(each.source), to_markup(each.target)
        value: dict[str, Any] = {"source": source, "target": target, "lang": each.language}
        try:
            exact = pair(source, target) == (each.source, each.target)
        except MarkupError:
            exact = False
        if not exact:
            value["inline"] = {
                "source": _CONTENT.dump_python(each.source, mode="json"),
                "target": _CONTENT.dump_python(each.target, mode="json"),
            }
        value |= {f: v for f in _OPTIONAL if (v := getattr(each, f))}
        value["at"] = each.at.isoformat()
        stream.write((json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n").encode())
        count += 1
    return count


def _contents(value: dict[str, Any]) -> tuple[Content, Content]:
    inline = value.get("inline")
    if not isinstance(inline, dict):
        return pair(value["source"], value["target"])
    source = _CONTENT.validate_python(inline.get("source"))
    target = _CONTENT.validate_python(inline.get("target"))
    if to_markup(source) != value["source"] or to_markup(target) != value["target"]:
        raise MarkupError("'inline' says something else than 'source' and 'target' (remove it after a change)")
    return source, target
