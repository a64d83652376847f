"""Fanning out and the scheduled rebuild: a run for each edition that needs one, and none besides."""

from __future__ import annotations

from typing import Any

from pubpipe.server import client
from tests.flows.conftest import Desk, flow_named


def run_of(name: str, **parameters: Any) -> Any:
    return flow_named(name)(**parameters, return_state=True)


def runs_of(desk: Desk) -> dict[str, str]:
    """Run id to language, open runs only."""
    return {r.id: r.language for r in client.open_runs(desk.address, desk.publication)}


def test_publishing_starts_each_language_once(desk: Desk) -> None:
    for _ in range(2):
        assert run_of("publish", workspace=str(desk.root), publication=desk.publication).name == "Completed"
    assert sorted(runs_of(desk).values()) == ["km", "vi"]


def test_publishing_a_file_registers_it(desk: Desk) -> None:
    source = desk.root / "other.md"
    source.write_text("# Other\n\nText.\n", encoding="utf-8")
    name = f"{desk.publication}-other"
    state = run_of("publish", workspace=str(desk.root), source="other.md", publication=name, languages=["vi"])
    assert state.name == "Completed"
    assert [r.language for r in client.open_runs(desk.address, name)] == ["vi"]


def test_publishing_something_unknown_says_what_is_known(desk: Desk) -> None:
    state = run_of("publish", workspace=str(desk.root), publication="no-such")
    assert state.name == "Failed"
    assert "no-such" in state.message


def test_a_rebuild_starts_what_is_stale_says_why_and_then_does_nothing(desk: Desk) -> None:
    for language in ("km", "vi"):
        run = desk.ensure(language)
        desk.work(run.id)
        assert desk.through(run.id).name == "Completed"
    state = run_of("rebuild", workspace=str(desk.root), publications=[desk.publication])
    assert (state.name, state.message) == ("Completed", "Nothing is stale.")
    assert runs_of(desk) == {}
    (desk.root / "outputs" / desk.publication / "vi" / f"{desk.publication}.vi.pdf").unlink()
    state = run_of("rebuild", workspace=str(desk.root), publications=[desk.publication])
    assert state.message == "1 editions were stale."
    ((run_id, language),) = runs_of(desk).items()
    assert language == "vi"
    assert any(tag.startswith("why:") for tag in client.run_state(desk.address, run_id).tags)
    assert desk.work(run_id).name == "Completed"  # rendered, and nobody was asked
    assert (desk.root / "outputs" / desk.publication / "vi" / f"{desk.publication}.vi.pdf").is_file()
