"""Play `bash-v1` with OpenEnv's own clients, as they are."""

import asyncio
import sys

from openenv.core.env_server.mcp_types import CallToolAction
from openenv.core.generic_client import GenericEnvClient
from openenv.core.mcp_client import MCPToolClient

TASK = "archive-extract-single"
SOLUTION = "tar xOzf /work/inbox/handbook.tar.gz --wildcards '*/manual.txt' > /work/manual.txt"


def refused(call, *words: str) -> None:
    try:
        call()
    except RuntimeError as error:
        assert all(word in str(error) for word in words), error
    else:
        raise AssertionError(f"{words} was not refused")


def play_sync(url: str) -> None:
    with GenericEnvClient(base_url=url).sync() as env:
        refused(lambda: env.step({"code": "ls"}), "reset first", "EXECUTION_ERROR")
        assert env.state() == {"episode_id": None, "step_count": 0}
        refused(lambda: env.reset(tsk=TASK), "tsk", "did you mean task?")
        refused(lambda: env.step({"code": 5}), "code", "valid string")
        begun = env.reset(task=TASK, seed=3, episode_id="mine")
        played = {"task_id": TASK, "dataset": "built-in", "seed": 3}
        assert begun.metadata == played and begun.reward is None and not begun.done, begun
        run = env.step({"code": SOLUTION})
        assert run.observation["exit_code"] == 0 and run.reward is None, run
        state = env.state()
        assert state["episode_id"] == "mine" and state["step_count"] == 1 and state["failure"] is None, state
        ended = env.step({"submit": True})
        assert ended.done and ended.reward == 1, ended
        assert ended.metadata["success"] is True and ended.metadata["task_id"] == TASK, ended
        assert env.state()["success"] is True


async def play(url: str, number: int) -> None:
    async with GenericEnvClient(base_url=url) as env:
        await env.reset(task=TASK, seed=number)
        run = await env.step({"code": f"echo {number} > /tmp/n; cat /tmp/n"})
        assert run.observation["output"] == f"{number}\n", run
        await env.step({"code": SOLUTION if number % 2 else "true"})
        ended = await env.step({"submit": True})
        assert ended.done and (ended.reward == 1) == bool(number % 2), ended


async def play_tools(url: str) -> None:
    async with MCPToolClient(base_url=url) as env:
        await env.reset(task=TASK)
        names = [tool.name for tool in await env.list_tools()]
        assert names == ["reset", "run", "files", "evaluate", "submit"], names
        run = await env.call_tool("run", code=SOLUTION)
        assert run["observation"]["exit_code"] == 0 and not run["done"], run
        read = await env.call_tool("files", operation="list", path="/work")
        assert "manual.txt" in read["observation"]["output"], read
        step = await env.step(CallToolAction(tool_name="run", arguments={"code": "echo hi"}))
        assert step.observation.result["observation"]["output"] == "hi\n", step
        assert (await env.state()).step_count == 3
        ended = await env.call_tool("submit")
        assert ended["done"] and ended["reward"] == 1, ended


async def main(url: str) -> None:
    await asyncio.gather(*(play(url, number) for number in range(64)))
    await play_tools(url)


play_sync(sys.argv[1])
asyncio.run(main(sys.argv[1]))
print("played")
