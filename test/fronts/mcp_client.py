"""Play `bash-v1` with the official Python SDK's client, as it is: one session of each revision."""

import asyncio
import sys

from mcp import Client


async def play(url: str, mode: str, revision: str) -> None:
    async with Client(url, mode=mode) as client:
        assert client.protocol_version == revision, client.protocol_version
        listed = await client.list_tools()
        assert [tool.name for tool in listed.tools] == ["reset", "run", "files", "evaluate", "submit"]

        early = await client.call_tool("run", {"code": "ls", **({} if mode == "legacy" else {"episode": "?"})})
        assert early.is_error and "reset first" in early.content[0].text, early

        refused = await client.call_tool("reset", {"tsk": 1})
        assert refused.is_error and "tsk" in refused.content[0].text, refused

        begun = await client.call_tool("reset", {"task": "archive-extract-single"})
        assert not begun.is_error and "/work/manual.txt" in begun.content[0].text, begun
        facts = begun.structured_content
        episode = {} if mode == "legacy" else {"episode": facts["episode"]}

        async def call(name: str, **arguments):
            return await client.call_tool(name, {**arguments, **episode})

        graded = await call("evaluate")
        assert graded.structured_content["reward"] == 0, graded
        run = await call("run", code="cd /work && export X=1; ls nothing")
        assert run.structured_content["exit_code"] == 2 and "[exit code 2]" in run.content[0].text, run
        written = await call("files", operation="write", path="new dir/it's", content="π 'a'\n$X")
        assert not written.is_error and written.structured_content["exit_code"] == 0, written
        read = await call("files", operation="read", path="/work/new dir/it's")
        assert read.structured_content["output"] == "π 'a'\n$X", read
        binary = await call("files", operation="write", path="b", content="AAEC/w==", encoding="base64")
        assert binary.structured_content["exit_code"] == 0, binary
        again = await call("files", operation="read", path="b", encoding="base64")
        assert again.structured_content["output"] == "AAEC/w==\n", again
        folder = await call("files", operation="list", path=".")
        assert "new dir" in folder.structured_content["output"], folder
        await call("run", code="rm -r b 'new dir'; tar xOzf inbox/handbook.tar.gz --wildcards '*/manual.txt' >manual.txt")
        assert (await call("run", code="echo $X; pwd")).structured_content["output"] == "1\n/work\n"

        ended = await call("submit")
        result = ended.structured_content
        assert result["terminated"] is True and result["failure"] is None and result["reward"] is not None, ended
        over = await call("run", code="ls")
        assert over.is_error and over.structured_content["error"]["name"] == "episode_over", over


async def main(url: str) -> None:
    await play(url, "legacy", "2025-11-25")
    await play(url, "auto", "2026-07-28")
    # Episodes of several clients at once do not meet.
    await asyncio.gather(*(play(url, "auto", "2026-07-28") for _ in range(4)))


asyncio.run(main(sys.argv[1]))
print("played")
