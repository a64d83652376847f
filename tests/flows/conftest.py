"""A Prefect server for the tests of the flows, and a worker's part played in this process."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pubpipe import pipeline
from pubpipe.model import ReviewAnswer, ReviewRequest
from pubpipe.pipeline import Workspace, bundled, open_workspace
from pubpipe.server import client, form, runs
from pubpipe.server.here import UI_VARIABLE

SETTINGS = """
[project]
name = "Test"
publisher = "House"
languages = ["km", "vi"]

[engines]
chain = ["pseudo"]
"""
SOURCE = """# Water and work

The law of 2019 protects **migrant workers** in 3 provinces.

- Nobody pays a fee.
"""


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[str]:
    """The address of a Prefect server that is started once and forgets everything at the end."""
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),  # its thread costs a second a flow run
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv(UI_VARIABLE, "v1")
        yield PREFECT_API_URL.value().removesuffix("/api")


@dataclass(frozen=True)
class Desk:
    """A workspace with one publication, and a server that knows its deployments."""

    root: Path
    address: str
    publication: str

    def open(self) -> Workspace:
        return open_workspace(self.root)

    def ensure(self, language: str = "km") -> client.RunRef:
        with self.open() as ws:
            return runs.ensure_edition(ws, self.address, self.publication, language)

    def request(self, language: str = "km") -> ReviewRequest:
        with self.open() as ws:
            waiting = pipeline.next_review(ws, self.publication, language)
        assert waiting is not None
        return waiting

    def work(self, run_id: str) -> client.RunState:
        """Do what a worker does with a run that is due: call its flow in this process, until it waits or ends."""
        from prefect.client.orchestration import get_client
        from prefect.exceptions import Pause
        from prefect.flow_engine import run_flow

        with get_client(sync_client=True) as api:
            run: Any = api.read_flow_run(run_id)
        with contextlib.suppress(Pause):
            run_flow(flow_named("localize"), flow_run=run, parameters=run.parameters, return_type="state")
        return client.run_state(self.address, run_id)

    def answer(self, request: ReviewRequest | None = None, **more: Any) -> ReviewAnswer:
        request = request or self.request()
        values: dict[str, Any] = {"decision": "approve", "reviewer": "Sokha", "at": dt.datetime.now(dt.UTC), **more}
        return ReviewAnswer(
            publication=request.publication,
            language=request.language,
            stage=request.stage,
            digest=request.digest,
            **values,
        )

    def submit(self, run_id: str, request: ReviewRequest | None = None, **more: Any) -> tuple[str, ...]:
        """Press Submit in the form that the run waits with."""
        request = request or self.request()
        return client.resume(self.address, run_id, form.answer_values(request, self.answer(request, **more)))

    def through(self, run_id: str) -> client.RunState:
        """Approve whatever is asked until the run ends."""
        state = client.run_state(self.address, run_id)
        while state.waiting:
            reviewer = "Editor" if self.request(state.language).kind == "edition" else "Sokha"
            assert self.submit(run_id, self.request(state.language), reviewer=reviewer) == ()
            state = self.work(run_id)
        return state

    def stored(self, language: str = "km") -> dict[str, str]:
        """Segment id to the present translation."""
        with self.open() as ws:
            request = pipeline.prepare(ws, self.publication, language)
            from pubpipe.model import plain

            return {id_: plain(target) for id_, target in request.targets.items() if target is not None}


def flow_named(name: str) -> Any:
    from prefect.flows import load_flow_from_entrypoint

    return load_flow_from_entrypoint(f"{bundled('flows') / name}.py:{name}")


@pytest.fixture
def desk(prefect_server: str, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    from pubpipe.server.register import register

    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    name = f"p{abs(hash(request.node.nodeid)) % 10**8}"  # one server for all tests: each has a publication of its own
    source = tmp_path / f"{name}.md"
    source.write_text(SOURCE, encoding="utf-8")
    with open_workspace(tmp_path) as ws:
        register(ws.root, ws.project)
        publication = pipeline.register(ws, source)
    return Desk(root=tmp_path, address=prefect_server, publication=publication)
