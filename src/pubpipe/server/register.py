"""The work pool and the deployments, made or brought up to date: `python -m pubpipe.server.register FOLDER`.

It runs in a process of its own, because it imports Prefect and the flows. It uses Prefect's own client and
with it PREFECT_API_URL, PREFECT_API_KEY and PREFECT_API_AUTH_STRING: the same command registers a workspace with
a server that somebody else runs.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pubpipe.errors import ConfigError, PubpipeError, ServerError
from pubpipe.pipeline import bundled, open_workspace
from pubpipe.project import Project

POOL = "pubpipe"


@dataclass(frozen=True)
class Plan:
    """One deployment; it has the name of its flow, and both have the name of the file."""

    name: str
    description: str
    alone: bool
    """At most one run at a time; a second one is cancelled, not queued: the next look at the store sees the same."""
    optional: bool = False
    """A workspace with flows of its own may leave it out: the one that came with the program is then used."""


DEPLOYMENTS = (
    Plan("localize", "One edition: drafts, waits for its reviewers, renders.", alone=False),
    Plan("publish", "A publication: one run of localize for each language.", alone=True),
    Plan("rebuild", "What has become stale, on a schedule.", alone=True),
    Plan("notify", "Tells people what waits for them, by mail and webhooks.", alone=True, optional=True),
)


def flows_folder(root: Path) -> Path:
    """The workspace's own flows where it has all that are needed, else those that came with the program."""
    own = root / "flows"
    if own.is_dir():
        missing = [p.name for p in DEPLOYMENTS if not p.optional and not (own / f"{p.name}.py").is_file()]
        if not missing:
            return own.resolve()
        if any(own.glob("*.py")):
            raise ConfigError(
                f"{own} lacks {', '.join(f'{name}.py' for name in missing)}.",
                remedy="Copy the missing flows there, or remove the folder to use the built-in ones.",
            )
    return bundled("flows").resolve()


def folder_of(root: Path, plan: Plan) -> Path:
    """Where this flow is: among the workspace's own, or with the program."""
    folder = flows_folder(root)
    return folder if (folder / f"{plan.name}.py").is_file() else bundled("flows").resolve()


def register(root: Path, project: Project) -> tuple[str, ...]:
    """Names of the deployments that the server of PREFECT_API_URL has now for this workspace."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
    from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.exceptions import ObjectAlreadyExists
    from prefect.flows import Flow, load_flow_from_entrypoint
    from prefect.utilities.callables import parameter_schema
    from prefect.workers.process import ProcessWorker

    names = []
    with get_client(sync_client=True) as client:
        try:
            template = ProcessWorker.get_default_base_job_template()
            client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
        except ObjectAlreadyExists:
            pass
        for plan in DEPLOYMENTS:
            folder = folder_of(root, plan)
            flow: Flow[..., Any] = load_flow_from_entrypoint(f"{folder / plan.name}.py:{plan.name}")
            schedules = []
            if plan.name == "rebuild" and project.rebuild.cron:
                cron = CronSchedule(cron=project.rebuild.cron, timezone=project.rebuild.timezone)
                schedules.append(DeploymentScheduleCreate(schedule=cron, active=True, slug="rebuild"))
            if plan.name == "notify" and project.notify.wanted and project.notify.cron:
                cron = CronSchedule(cron=project.notify.cron, timezone=project.rebuild.timezone)
                schedules.append(DeploymentScheduleCreate(schedule=cron, active=True, slug="notify"))
            options = ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
            client.create_deployment(
                client.create_flow(flow),
                plan.name,
                description=plan.description,
                work_pool_name=POOL,
                parameters={"workspace": str(root)},
                parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
                schedules=schedules,
                concurrency_limit=1 if plan.alone else None,
                concurrency_options=options if plan.alone else None,
                path=str(folder),
                entrypoint=f"{plan.name}.py:{plan.name}",
                pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": str(folder)}}],
                tags=["pubpipe"],
                paused=False,
            )
            names.append(f"{plan.name}/{plan.name}")
    return tuple(names)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m pubpipe.server.register FOLDER\n")
        return ConfigError.exit_code
    try:
        with open_workspace(Path(arguments[0])) as ws:
            names = register(ws.root, ws.project)
    except PubpipeError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except Exception as error:  # Prefect's and httpx's errors have no common base
        detail = str(error).splitlines()[0] if str(error) else ""
        problem = ServerError(f"the deployments cannot be registered: {type(error).__name__}: {detail}")
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    sys.stdout.write("".join(f"{name}\n" for name in names))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
