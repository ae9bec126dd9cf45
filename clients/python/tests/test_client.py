"""Calls and their results, for programs with an event loop and without one."""

import asyncio
import subprocess
import sys
import threading

import pytest
from conftest import open_episodes

import stepwell


def test_lists_environments_and_tasks(client):
    assert {"bash-v1", "sql-v1", "python-v1"} <= {one.id for one in client.environments()}
    page = client.tasks("bash-v1", offset=1, limit=2)
    assert page.dataset == "built-in"
    assert page.total > 2
    assert [task.index for task in page.tasks] == [1, 2]


def test_plays_an_episode(client):
    with client.reset("bash-v1", seed=7) as episode:
        assert episode.observation["output"] == episode.task.instruction
        assert episode.info["seed"] == 7
        result = episode.step("cd /tmp && echo hi")
        assert (result.output, result.observation["exit_code"], result.reward) == ("hi\n", 0, None)
        assert not result.done and not result.mask_sample
        assert episode.step({"code": "cat", "stdin": "typed"}).output == "typed"
        assert episode.evaluate().reward == 0
        assert episode.state().step_count == 2
        last = episode.submit()
        assert last.terminated and last.reward == 0 and not last.success
        assert episode.over and episode.step_count == 3
        with pytest.raises(stepwell.EpisodeOverError):
            episode.step("pwd")


def test_skips(client):
    with client.reset("python-v1", task=0) as episode:
        assert episode.step("40 + 2").output == "42\n"
        assert episode.skip().reward == 0


def test_plays_in_an_event_loop(server):
    async def play():
        async with stepwell.AsyncClient(server.url) as client:
            episodes = await asyncio.gather(*[client.reset("bash-v1", seed=seed) for seed in range(4)])
            results = await asyncio.gather(*[each.step(f"echo {at}") for at, each in enumerate(episodes)])
            assert [result.output for result in results] == ["0\n", "1\n", "2\n", "3\n"]
            # Requested at once, made in their order.
            more = await asyncio.gather(*[episodes[0].step(f"x=${{x}}{at}; echo $x") for at in range(5)])
            assert [result.output for result in more] == ["0\n", "01\n", "012\n", "0123\n", "01234\n"]

    asyncio.run(play())


def test_threads_share_a_client(client):
    outputs = {}

    def play(seed):
        with client.reset("bash-v1", seed=seed) as episode:
            outputs[seed] = episode.step(f"echo {seed}").output

    threads = [threading.Thread(target=play, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == {seed: f"{seed}\n" for seed in range(6)}


def test_a_number_returns_its_stored_result(client):
    with client.reset("bash-v1", seed=1) as episode:
        first = episode.step("echo $RANDOM$RANDOM")
        again = episode.step("echo $RANDOM$RANDOM", step=1)
        assert again.output == first.output and again.replayed and not first.replayed
        with pytest.raises(stepwell.StepMismatchError) as caught:
            episode.step("another", step=1)
        assert caught.value.details["expected"] == 2
        assert episode.next_step == 2


def test_a_step_that_missed_its_deadline_is_asked_for_again(client):
    action = "sleep 2; echo $RANDOM >>/tmp/made; cat /tmp/made"
    with client.reset("bash-v1", seed=1) as episode:
        with pytest.raises(stepwell.DeadlineError) as caught:
            episode.step(action, timeout_s=0.05)
        error = caught.value
        assert (error.step, error.may_have_run, error.mask_sample) == (1, True, True)
        result = episode.step(action, step=error.step)
        assert len(result.output.splitlines()) == 1
        assert episode.step("wc -l </tmp/made").output == "1\n"


@pytest.mark.parametrize(
    ("call", "kind", "code"),
    [
        (lambda client: client.reset("none-v1"), stepwell.EnvironmentNotFoundError, "environment_not_found"),
        (lambda client: client.reset("bash-v1", task="none"), stepwell.TaskNotFoundError, "task_not_found"),
        (lambda client: client.reset("bash-v1", dataset="none"), stepwell.DatasetNotFoundError, "dataset_not_found"),
        (lambda client: client.reset("bash-v1", seed=-1), stepwell.InvalidParamsError, "invalid_params"),
        (lambda client: client.call("none"), stepwell.MethodNotFoundError, "method_not_found"),
    ],
)
def test_errors_are_typed(client, call, kind, code):
    with pytest.raises(kind) as caught:
        call(client)
    error = caught.value
    assert (error.code, error.error_class, error.retryable, error.mask_sample) == (code, "request", False, False)
    assert error.remedy


def test_a_refused_option_is_named(client):
    with pytest.raises(stepwell.InvalidParamsError) as caught:
        client.reset("bash-v1", max_turns=0)
    assert [issue.field for issue in caught.value.issues] == ["max_turns"]


def test_a_refused_action_leaves_its_number_free(client):
    with client.reset("bash-v1", seed=1) as episode:
        with pytest.raises(stepwell.InvalidParamsError):
            episode.step({"nonsense": True})
        assert episode.step("echo on").step == 1


def test_a_request_that_is_too_large_is_not_sent(client):
    with client.reset("bash-v1", seed=1) as episode:
        with pytest.raises(stepwell.RequestTooLargeError):
            episode.step("x" * (client.handshake["limits"]["max_frame_bytes"] + 1))
        assert episode.step("echo on").output == "on\n"


def test_text_of_any_kind_passes(client):
    with client.reset("bash-v1", seed=1) as episode:
        assert episode.step({"code": "cat", "stdin": "é 日本 😀 \u2028"}).output == "é 日本 😀 \u2028"


def test_a_cancelled_reset_leaves_no_episode(server):
    async def cancel():
        async with stepwell.AsyncClient(server.url) as client:
            reset = asyncio.ensure_future(client.reset("bash-v1"))
            # It is sent when it has waited once.
            await asyncio.sleep(0)
            reset.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reset
            while client._link._calls or client._late:
                await client.environments()
            assert open_episodes(server) == 0

    asyncio.run(cancel())


def test_tokens(serve):
    # No header can carry this one.
    token = "ein-schl\u00fcssel"
    with serve(token=token, pool={"bash-v1": 0}) as server:
        with pytest.raises(stepwell.UnauthorizedError):
            stepwell.Client(server.url)
        with pytest.raises(stepwell.UnauthorizedError):
            stepwell.Client(server.url, token="a-wrong-token")
        with stepwell.Client(server.url, token=token) as client:
            assert client.environments()


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "nonsense", "ftp://127.0.0.1"])
def test_no_server(url):
    with pytest.raises(stepwell.ConnectError) as caught:
        stepwell.Client(url)
    assert caught.value.error_class == "connection"


def test_a_path_without_a_websocket(server):
    with pytest.raises(stepwell.ConnectError) as caught:
        stepwell.Client(server.url + "/none")
    assert caught.value.status == 404 and not caught.value.retryable


def test_a_closed_client(server):
    client = stepwell.Client(server.url)
    episode = client.reset("bash-v1")
    client.close()
    client.close()
    assert client.closed
    assert open_episodes(server) == 0
    with pytest.raises(stepwell.StepwellError):
        episode.step("pwd")


def test_a_program_that_ends_leaves_no_episode(server):
    program = f"import stepwell; stepwell.Client({server.url!r}).reset('bash-v1').step('pwd')"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert open_episodes(server) == 0


def test_the_address_is_found_in_the_environment(server, monkeypatch):
    monkeypatch.setenv("STEPWELL_URL", server.url)
    with stepwell.Client() as client:
        assert client.url == f"{server.url}/v1"


def test_shows_no_explanation_to_the_agent(serve, tmp_path):
    with serve(home=tmp_path) as server, stepwell.Client(server.url) as client:
        with client.reset("bash-v1", task=0, reward="every_step", tags=["secret-run"]) as episode:
            seen = [episode.observation, episode.info, episode.step("echo hi"), episode.evaluate(), episode.state()]
            seen.append(episode.submit())
        recorded = "".join(path.read_text() for path in tmp_path.glob("trajectories/*/*.jsonl"))
    assert '"event":"explanation"' in recorded
    assert "secret-run" in recorded
    assert "made_of" not in repr(seen) and "secret-run" not in repr(seen)
