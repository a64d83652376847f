"""Tries one engine after another: each gets the segments that the ones before it left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pubpipe.engines.base import Engine, TranslationRequest, TranslationResult, supports
from pubpipe.engines.caller import translate_all
from pubpipe.languages import LanguageProfile


def translate_with_chain(
    engines: Sequence[Engine],
    requests: Sequence[TranslationRequest],
    source: LanguageProfile,
    target: LanguageProfile,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> tuple[TranslationResult, ...]:
    """What became of each request, in order: the first engine with a good answer for a segment wins it.

    An engine that does not know the language is passed over. A segment that none translated stays open; its
    `problem` says what each engine said. `options` are those of `translate_all`; a `timeout` is for each
    engine.
    """
    requests = tuple(requests)
    results: dict[int, TranslationResult] = {}
    said: dict[int, list[str]] = {index: [] for index in range(len(requests))}
    raw: dict[int, str] = {}
    left = list(range(len(requests)))
    last = ""
    for engine in engines:
        if not left:
            break
        last = engine.name
        if not supports(engine, target):
            for index in left:
                said[index].append(f"{engine.name} does not translate into {target.english_name}")
            continue
        progress = None if on_progress is None else _continued(on_progress, len(requests), len(left))
        answers = translate_all(
            engine,
            [requests[index] for index in left],
            source,
            target,
            on_progress=progress,
            **options,
        )
        still = []
        for index, answer in zip(left, answers, strict=True):
            if answer.target is not None:
                results[index] = answer
                continue
            said[index].append(f"{engine.name}: {answer.problem}")
            if answer.raw:
                raw.setdefault(index, answer.raw)
            still.append(index)
        left = still
    for index in left:
        results[index] = TranslationResult(
            segment=requests[index].segment,
            target=None,
            engine=last,
            problem="; ".join(said[index]) or "no engine is configured",
            raw=raw.get(index, ""),
        )
    return tuple(results[index] for index in range(len(requests)))


def _continued(on_progress: Callable[[int, int], None], total: int, left: int) -> Callable[[int, int], None]:
    """Progress of one engine over what is left, told as progress over everything."""
    return lambda done, _: on_progress(total - left + done, total)
