"""The flow that tells people, against a real Prefect server and real mail: what it sends, and how it fails."""

from __future__ import annotations

from tests.flows.conftest import SETTINGS, Desk, flow_named
from tests.mail_server import post_office

STAGES = """
[[review.stages]]
name = "language review"
people = { km = ["Sokha"], vi = ["Sokha"] }

[notify]
digest = "off"

[notify.addresses]
Sokha = "sokha@example.org"

[notify.smtp]
host = "localhost"
from = "reviews@example.org"
tls = "none"
timeout = 3
"""


def test_a_review_that_opens_in_a_run_is_told_by_the_scheduled_flow_and_a_dead_server_stops_neither(desk: Desk) -> None:
    from prefect.client.orchestration import get_client

    from pubpipe.server.register import register

    def tell() -> tuple[str, str]:
        state = flow_named("notify")(workspace=str(desk.root), return_state=True)
        return state.name, state.message

    with post_office() as post:
        (desk.root / "pubpipe.toml").write_text(f"{SETTINGS}{STAGES}port = {post.port}\n", encoding="utf-8")
        run = desk.ensure()
        assert desk.work(run.id).waiting
        assert tell() == ("Completed", "1 sent")
        (mail,) = post.mails
        assert (mail["To"], mail["Subject"]) == (
            "Sokha <sokha@example.org>",
            "Water and work (Khmer): language review waits for you",
        )
        assert f"/pubpipe/review/{desk.publication}/km" in mail.get_content()
    other = desk.ensure("vi")
    assert desk.work(other.id).waiting
    assert tell()[0] == "Failed"
    assert desk.submit(other.id, desk.request("vi")) == ()
    assert desk.work(other.id).name == "Completed"
    with desk.open() as ws, get_client(sync_client=True) as api:
        assert "notify/notify" in register(ws.root, ws.project)
        (schedule,) = api.read_deployment_by_name("notify/notify").schedules
        assert (schedule.active, schedule.schedule.cron) == (True, "*/10 * * * *")
