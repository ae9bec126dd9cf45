"""Play `bash-v1` with the client of the Open Reward Standard, as it is."""

import asyncio
import sys

from openreward import AsyncOpenReward, OpenReward
from openreward.api.errors import ToolCallError

URL = sys.argv[1]
SOLUTION = "tar xOzf /work/inbox/handbook.tar.gz --wildcards '*/manual.txt' > /work/manual.txt"


def play_sync() -> None:
    env = OpenReward(base_url=URL).environments.get("stepwell", variant="bash-v1", base_url=URL)
    assert "built-in" in env.list_splits()
    count = env.num_tasks("built-in")
    tasks = env.list_tasks("built-in")
    assert len(tasks) == count > 0
    task = next(task for task in tasks if task.task_spec["id"] == "archive-extract-single")
    with env.session(task=task) as session:
        assert [tool.name for tool in session.list_tools()] == ["run", "files", "submit"]
        (prompt,) = session.get_prompt()
        assert "/work/manual.txt" in prompt.text
        run = session.call_tool("run", {"code": "cd /work; printf ' %.0s' {1..9000}; echo π"})
        assert run.blocks[0].text == " " * 9000 + "π\n" and run.reward is None and not run.finished, run
        try:
            session.call_tool("run", {"cod": "ls"})
        except ToolCallError as error:
            assert error.reason == "input_validation", error
        else:
            raise AssertionError("a wrong input was not refused")
        session.call_tool("files", {"operation": "write", "path": "note", "content": "a"})
        assert session.call_tool("run", {"code": "cat note; rm note"}).blocks[0].text == "a"
        session.call_tool("run", {"code": SOLUTION})
        ended = session.call_tool("submit", {})
        assert ended.finished and ended.reward == 1 and ended.metadata["info"]["success"] is True, ended


async def play_many() -> None:
    client = AsyncOpenReward(base_url=URL)
    env = client.environments.get("bash-v1", base_url=URL)

    async def play(number: int) -> None:
        async with env.session(split="train", index=0) as session:
            await session.get_prompt()
            run = await session.call_tool("run", {"code": f"echo {number} > /tmp/n; cat /tmp/n"})
            assert run.blocks[0].text == f"{number}\n", run
            ended = await session.call_tool("submit", {})
            assert ended.finished and ended.reward is not None, ended

    await asyncio.gather(*(play(number) for number in range(16)))
    await client.environments.aclose()


play_sync()
asyncio.run(play_many())
print("played")
