"""Programs with many processes and threads: each call ends, and what a process held is given back."""

import asyncio
import multiprocessing
import socket
import threading

import pytest
from conftest import open_episodes

import stepwell
from stepwell.loop_thread import LoopThread
from stepwell.shared_client import shared_client

# From Python 3.12 on, a fork beside threads is warned of.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
FORK = multiprocessing.get_context("fork")


def _ended(process):
    """Its exit status; None if it hangs."""
    process.join(60)
    hangs = process.is_alive()
    process.kill()
    return None if hangs else process.exitcode


def _leave_an_episode(url, tokens):
    tokens.put(shared_client(url, None).reset("bash-v1", seed=1).resume_token)


def test_a_process_gives_its_episodes_back_at_its_end(server):
    tokens = FORK.Queue()
    process = FORK.Process(target=_leave_an_episode, args=(server.url, tokens))
    process.start()
    token = tokens.get(timeout=60)
    assert _ended(process) == 0
    assert open_episodes(server) == 0
    with stepwell.Client(server.url) as client, pytest.raises(stepwell.EpisodeLostError):
        client.resume(token)


def _play_on_in_a_thread(url, outputs):
    episode = shared_client(url, None).reset("bash-v1", seed=1)

    def play_on():
        with episode:
            outputs.send(episode.step("sleep 0.2; echo on").output)

    threading.Thread(target=play_on).start()


def test_a_thread_that_outlives_the_function_of_its_process_plays_on(server):
    outputs, far_end = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_play_on_in_a_thread, args=(server.url, far_end))
    process.start()
    assert _ended(process) == 0
    assert outputs.recv() == "on\n"
    outputs.close()
    far_end.close()


def _meet_no_server(url):
    with pytest.raises(stepwell.ConnectError):
        shared_client(url, None)


def _list_environments(url):
    assert shared_client(url, None).environments()


def test_a_process_that_is_forked_while_another_thread_connects(server):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"ws://127.0.0.1:{mute.getsockname()[1]}"
        connecting = threading.Thread(target=_meet_no_server, args=(url,))
        connecting.start()
        connection, _ = mute.accept()
        process = FORK.Process(target=_list_environments, args=(server.url,))
        process.start()
        connection.close()
        connecting.join()
        assert _ended(process) == 0


def _end_with_the_client_of_the_parent(client):
    with pytest.raises(stepwell.ClosedError):
        client.environments()
    client.close()


def test_a_forked_process_leaves_the_client_of_its_parent_alone(server):
    with stepwell.Client(server.url) as client:
        process = FORK.Process(target=_end_with_the_client_of_the_parent, args=(client,))
        process.start()
        assert _ended(process) == 0
        assert client.environments()


def test_closing_a_client_ends_what_other_threads_wait_for(server):
    client = stepwell.Client(server.url)
    waits, errors = threading.Event(), []

    async def forever():
        waits.set()
        await asyncio.Event().wait()

    def wait():
        try:
            client.run(forever())
        except stepwell.StepwellError as error:
            errors.append(type(error))

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    waits.wait()
    client.close()
    waiting.join(60)
    assert errors == [stepwell.ClosedError]
    with pytest.raises(stepwell.ClosedError):
        client.environments()


def test_what_is_handed_to_a_loop_while_it_stops_ends():
    async def nothing():
        pass

    for _ in range(50):
        loop = LoopThread()
        begun = threading.Event()

        def ask(loop=loop, begun=begun):
            with pytest.raises(stepwell.ClosedError):
                while True:
                    loop.run(nothing())
                    begun.set()

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        begun.wait()
        loop.stop()
        asking.join(60)
        assert not asking.is_alive()
