"""Which flows a workspace's deployments come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pubpipe.errors import ConfigError
from pubpipe.pipeline import bundled
from pubpipe.server.register import DEPLOYMENTS, flows_folder, folder_of

BUILT_IN = bundled("flows").resolve()


def own(root: Path, *names: str) -> Path:
    (root / "flows").mkdir()
    for name in names:
        (root / "flows" / f"{name}.py").write_text("", encoding="utf-8")
    return (root / "flows").resolve()


def test_each_deployment_has_a_flow_that_came_with_the_program(tmp_path: Path) -> None:
    assert flows_folder(tmp_path) == BUILT_IN
    assert all((folder_of(tmp_path, plan) / f"{plan.name}.py").is_file() for plan in DEPLOYMENTS)


def test_flows_of_a_workspace_from_before_messages_are_used_and_messages_come_from_the_program(tmp_path: Path) -> None:
    mine = own(tmp_path, "localize", "publish", "rebuild")
    found = {plan.name: folder_of(tmp_path, plan) for plan in DEPLOYMENTS}
    assert found == {"localize": mine, "publish": mine, "rebuild": mine, "notify": BUILT_IN}


def test_half_of_the_flows_is_refused(tmp_path: Path) -> None:
    own(tmp_path, "localize", "notify")
    with pytest.raises(ConfigError, match=r"lacks publish\.py, rebuild\.py"):
        flows_folder(tmp_path)
