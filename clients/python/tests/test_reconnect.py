"""Sockets that drop: callers notice only the time."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket

import pytest
from cable import Cable
from conftest import open_episodes
from websockets.asyncio.server import serve as serve_sockets

import stepwell
from stepwell import handshake


def test_goes_on_after_the_socket_dropped(cable):
    with stepwell.Client(cable.url) as client, client.reset("bash-v1", seed=1) as episode:
        episode.step("x=kept; cd /tmp")
        cable.cut()
        assert episode.step("echo $x; pwd").output == "kept\n/tmp\n"
        assert episode.exact
        assert cable.connections == 2


def test_a_step_that_runs_while_the_socket_drops_is_made_once(cable):
    async def play():
        async with stepwell.AsyncClient(cable.url) as client:
            episode = await client.reset("bash-v1", seed=1)
            slow = {"code": "echo once >>/tmp/made; sleep 60", "timeout_ms": 2000}
            running = asyncio.ensure_future(episode.step(slow))
            waiting = asyncio.ensure_future(episode.step("wc -l </tmp/made"))
            # Answered only while a step runs.
            while (await episode.state()).status != "stepping":
                pass
            await asyncio.to_thread(cable.cut)
            other = await client.reset("bash-v1", seed=2)
            assert not running.done()
            # It ends at its own deadline.
            assert (await running).observation["timed_out"]
            assert (await waiting).output == "1\n"
            assert (await episode.step("cat /tmp/made")).output == "once\n"
            assert (await other.step("echo on")).output == "on\n"

    asyncio.run(play())


def test_any_number_of_drops_loses_and_repeats_nothing(cable):
    async def play(episode, answered):
        for number in range(12):
            result = await episode.step(f"echo {number} >>/tmp/made")
            assert result.step == number + 1
            answered.set()
        made = (await episode.step("cat /tmp/made")).output.split()
        assert made == [str(number) for number in range(12)]
        assert (await episode.submit()).reward is not None

    async def answered_or_done(player, answered):
        waiting = asyncio.ensure_future(answered.wait())
        await asyncio.wait([player, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def run():
        async with stepwell.AsyncClient(cable.url) as client:
            episodes = await asyncio.gather(*[client.reset("bash-v1", seed=seed) for seed in range(6)])
            answers = [asyncio.Event() for _ in episodes]
            players = [asyncio.ensure_future(play(*each)) for each in zip(episodes, answers)]
            dice = random.Random(1)
            while not all(player.done() for player in players):
                for answered in answers:
                    answered.clear()
                await asyncio.to_thread(cable.cut)
                # Each player gets an answer before the next cut: a request is sent on 32 sockets at most.
                await asyncio.gather(*[answered_or_done(*each) for each in zip(players, answers)])
                await asyncio.sleep(dice.uniform(0, 0.1))
            await asyncio.gather(*players)

    asyncio.run(run())
    assert cable.connections > 2


def test_idle_episodes_are_kept_by_a_new_socket_at_once(cable):
    with stepwell.Client(cable.url) as client, client.reset("bash-v1", seed=1) as episode:
        cable.cut()
        # The link connects again without a call.
        cable.await_connections(2)
        assert episode.step("echo on").output == "on\n"


def test_an_ended_episode_is_asked_again_on_a_new_socket(cable):
    with stepwell.Client(cable.url) as client, client.reset("bash-v1", seed=1) as episode:
        last = episode.submit()
        cable.cut()
        assert client.environments()
        assert episode.step({"submit": True}, step=1).reward == last.reward
        assert episode.state().status == "over"


def test_a_server_that_stays_away(cable):
    with stepwell.Client(cable.url, reconnect_s=0.3) as client, client.reset("bash-v1", seed=1) as episode:
        cable.broken = True
        cable.cut()
        with pytest.raises(stepwell.ConnectionLostError) as caught:
            episode.step("pwd")
        assert caught.value.mask_sample and caught.value.retryable
        cable.broken = False
        assert episode.step("echo back", step=caught.value.step).output == "back\n"


def test_an_episode_whose_grace_is_over_is_lost(serve):
    with serve(grace_ms=1) as server, Cable(server.url) as cable, stepwell.Client(cable.url, reconnect_s=30) as client:
        episode = client.reset("bash-v1", seed=1)
        cable.broken = True
        cable.cut()
        while open_episodes(server) > 0:
            pass
        cable.broken = False
        with pytest.raises(stepwell.EpisodeLostError) as caught:
            episode.step("pwd")
        assert caught.value.mask_sample
        assert client.reset("bash-v1", seed=1).step("echo on").output == "on\n"


def test_another_connection_takes_an_episode_over(server):
    with stepwell.Client(server.url) as first, stepwell.Client(server.url) as second:
        episode = first.reset("bash-v1", seed=1)
        episode.step("x=1")
        taken = second.call("episode/resume", {"resume_token": episode.resume_token})
        assert (taken["episode_id"], taken["step_count"], taken["exact"]) == (episode.id, 1, True)
        with pytest.raises((stepwell.EpisodeMovedError, stepwell.EpisodeNotFoundError)):
            episode.step("echo $x")


def test_a_server_that_was_killed_and_started_again(serve, tmp_path):
    port = _free_port()
    first = serve(home=tmp_path, port=port).start()
    with stepwell.Client(first.url) as client, client.reset("bash-v1", seed=1) as episode:
        episode.step("x=kept; echo file >/tmp/made")
        os.killpg(first.pid, signal.SIGKILL)
        first.stop()
        with serve(home=tmp_path, port=port):
            assert episode.step("echo $x; cat /tmp/made").output == "kept\nfile\n"
            assert episode.exact
            assert episode.step_count == 2
            # Later, it would wait for a server.
            client.close()


def test_an_undo_that_outlives_its_socket_is_made_once():
    async def play():
        looks = iter([{"status": "stepping", "step_count": 3}, {"status": "ready", "step_count": 1}])
        answers = {
            "episode/undo": lambda: None,
            "episode/resume": lambda: {"step_count": 3, "exact": True},
            "episode/state": lambda: {**_STATE, **next(looks)},
        }
        async with _fake_server(answers) as (url, asked), stepwell.AsyncClient(url) as client:
            episode = await client.reset("bash-v1")
            for _ in range(3):
                await episode.step("pwd")
            origin = await episode.undo(2)
            assert (origin.step_count, episode.next_step) == (1, 2)
        assert asked.count("episode/undo") == 1
        assert asked.count("episode/state") == 2

    asyncio.run(play())


def test_a_reset_whose_answer_was_lost_is_made_again():
    async def play():
        drops = iter([True, True, False])
        answers = {"episode/reset": lambda: None if next(drops) else RESET}
        async with _fake_server(answers) as (url, asked), stepwell.AsyncClient(url) as client:
            assert (await client.reset("bash-v1")).id == RESET["episode_id"]
        assert asked.count("episode/reset") == 3

    asyncio.run(play())


def test_a_reset_that_names_its_episode_is_made_once():
    async def play():
        async with _fake_server({"episode/reset": lambda: None}) as (url, asked), stepwell.AsyncClient(url) as client:
            with pytest.raises(stepwell.ConnectionLostError):
                await client.reset("bash-v1", episode_id="mine")
        assert asked.count("episode/reset") == 1

    asyncio.run(play())


def test_a_deadline_holds_while_the_server_does_not_read():
    async def play():
        async with _deaf_server() as (url, met), stepwell.AsyncClient(url) as client:
            late = client.call("any", {"text": _LARGE}, timeout_s=0.2)
            with pytest.raises(stepwell.DeadlineError):
                await asyncio.wait_for(late, 30)
            met[0].transport.abort()

    asyncio.run(play())


def test_a_socket_whose_server_does_not_read_is_given_up(monkeypatch):
    monkeypatch.setattr(handshake, "_HEARTBEAT_S", 0.01)
    monkeypatch.setattr(handshake, "_SILENCE_S", 1)

    async def play():
        async with _deaf_server(sockets=1) as (url, met), stepwell.AsyncClient(url) as client:
            assert await asyncio.wait_for(client.call("any", {"text": _LARGE}), 60) == len(_LARGE)
            assert len(met) > 1

    asyncio.run(play())


def test_a_grade_may_take_longer_than_other_calls():
    async def play():
        asked = {}

        async def talk(connection):
            async def answer(method, result):
                await connection.send(json.dumps({"jsonrpc": "2.0", "id": asked[method], "result": result}))

            async for frame in connection:
                request = json.loads(frame)
                asked[request["method"]] = request["id"]
                if request["method"] == "initialize":
                    await answer("initialize", {"limits": {}})
                if request["method"] == "episode/reset":
                    await answer("episode/reset", RESET)
                if request["method"] == "episode/close":
                    await answer("episode/evaluate", {"reward": 1, "failure": None, "info": {}})
                    await answer("episode/step", {**_STEP, "step": 1, "reward": 1, "terminated": True})
                    await answer("episode/close", {"closed": True})

        listening = serve_sockets(talk, "127.0.0.1", 0)
        async with listening as server, stepwell.AsyncClient(_url(server), timeout_s=0.1) as client:
            episode = await client.reset("bash-v1", timeout_s=60)
            grades = [asyncio.ensure_future(grading) for grading in (episode.evaluate(), episode.submit())]
            with pytest.raises(stepwell.DeadlineError):
                await client.environments()
            await episode.close(timeout_s=60)
            assert [(await grade).reward for grade in grades] == [1, 1]

    asyncio.run(play())


def test_more_is_sent_again_and_answered_than_the_buffers_hold():
    async def play():
        text = "x" * 2**20
        asked = []

        async def talk(connection):
            async for frame in connection:
                request = json.loads(frame)
                first_socket = request["method"] != "initialize" and len(asked) < 64
                asked.append(request["id"])
                if first_socket:
                    # It drops once all were sent.
                    if len(asked) == 64:
                        connection.transport.abort()
                    continue
                result = {"limits": {}} if request["method"] == "initialize" else text
                await connection.send(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}))

        listening = serve_sockets(talk, "127.0.0.1", 0, max_queue=1, max_size=2**26)
        async with listening as server, stepwell.AsyncClient(_url(server)) as client:
            calls = [client.call("any", {"text": text}, timeout_s=60) for _ in range(63)]
            assert await asyncio.gather(*calls) == [text] * 63

    asyncio.run(play())


RESET = {
    "episode_id": "one",
    "resume_token": "token",
    "observation": {"output": ""},
    "info": {},
    "task": {"id": "task", "index": 0, "dataset": "built-in", "instruction": "Do it."},
}
_STEP = {"observation": {"output": ""}, "reward": None, "terminated": False, "truncated": False, "failure": None, "info": {}}
_STATE = {"age_ms": 1, "last_reward": None, "terminated": False, "truncated": False, "failure": None}


_LARGE = "x" * 2**25
"""More than the buffers of a socket hold."""


@contextlib.asynccontextmanager
async def _deaf_server(sockets=1_000):
    """Its first sockets read nothing after `initialize`; later ones answer with a length. Yields its URL and its sockets."""
    met = []

    async def talk(connection):
        met.append(connection)
        deaf = len(met) <= sockets
        async for frame in connection:
            request = json.loads(frame)
            greets = request["method"] == "initialize"
            if deaf:
                connection.transport.pause_reading()
            result = {"limits": {}} if greets else len(request["params"]["text"])
            await connection.send(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}))
            if deaf:
                await connection.wait_closed()

    async with serve_sockets(talk, "127.0.0.1", 0, max_size=2**26, close_timeout=0.1, ping_interval=None) as server:
        yield _url(server), met


def _url(server):
    return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@contextlib.asynccontextmanager
async def _fake_server(answers):
    """A server that answers with these functions, or drops the socket for `None`. Yields its URL and the methods asked."""
    asked = []
    usual = {
        "initialize": lambda: {"protocol_version": 1, "server": {}, "limits": {"grace_ms": 60_000}},
        "episode/reset": lambda: RESET,
        "episode/step": lambda: {**_STEP, "step": asked.count("episode/step")},
        "episode/close": lambda: {"closed": True},
    }

    async def talk(connection):
        async for frame in connection:
            request = json.loads(frame)
            asked.append(request["method"])
            answer = {**usual, **answers}[request["method"]]()
            if answer is None:
                connection.transport.abort()
                return
            await connection.send(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": answer}))

    async with serve_sockets(talk, "127.0.0.1", 0) as server:
        yield _url(server), asked


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
