"""`stepwell.serve()`."""

import asyncio
import os

import pytest
from conftest import ROOT

import stepwell


def test_it_ends_with_its_block(serve):
    with serve(pool={"bash-v1": 0}) as server:
        pid = server.pid
        with stepwell.Client(server.url) as client:
            assert client.environments()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(stepwell.ConnectError):
        stepwell.Client(server.url)


def test_it_serves_an_event_loop(serve):
    async def play():
        async with serve(pool={"bash-v1": 0}) as server, stepwell.AsyncClient(server.url) as client:
            assert await client.environments()

    asyncio.run(play())


def test_settings_become_flags():
    server = stepwell.serve(root=ROOT, pool={"bash-v1": 8, "sql-v1": 2}, fsync=True, dataset=["a=1", "b=2"], pool_max=9)
    flags = server._command[server._command.index("serve") :]
    assert flags == [
        *["serve", "--port", "0", "--log-level", "warn", "--pool", "bash-v1=8,sql-v1=2", "--fsync", "true"],
        *["--dataset", "a=1", "--dataset", "b=2", "--pool-max", "9"],
    ]


def test_the_servers_message_about_a_wrong_setting(serve):
    with pytest.raises(stepwell.ServerStartError, match="pool-max"):
        serve(pool_max=-1).start()


def test_no_node(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(stepwell.ServerMissingError, match="`node` is not in PATH") as caught:
        stepwell.serve()
    assert "Install Node" in caught.value.remedy


def test_a_folder_without_stepwell(tmp_path):
    with pytest.raises(stepwell.ServerMissingError, match="has no clients/cli/stepwell"):
        stepwell.serve(root=tmp_path)


def test_a_command_that_is_not_there():
    with pytest.raises(stepwell.ServerMissingError, match="cannot be started"):
        stepwell.serve(command=["/nonexistent/stepwell"]).start()


def test_a_program_that_never_gets_ready():
    with pytest.raises(stepwell.ServerStartError, match=r"was not ready within 0.2 s:\nbusy"):
        stepwell.serve(command=["sh", "-c", "echo busy >&2; sleep 60"], start_timeout_s=0.2).start()
