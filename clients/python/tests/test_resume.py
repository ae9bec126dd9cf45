"""Episodes that another client goes on with."""

import json
import subprocess
import sys

import pytest

import stepwell

KILLED = """
import json, os, sys, stepwell
client = stepwell.Client(sys.argv[1])
episodes = [client.reset("bash-v1", seed=seed) for seed in (1, 2)]
for seed, episode in enumerate(episodes):
    episode.step(f"x=kept-{seed}; echo first")
print(json.dumps([episode.resume_token for episode in episodes]), flush=True)
os._exit(9)
"""


def test_after_the_program_was_killed(server):
    done = subprocess.run([sys.executable, "-c", KILLED, server.url], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 9
    with stepwell.Client(server.url) as client:
        episodes = [client.resume(token) for token in json.loads(done.stdout)]
        assert [episode.last.output for episode in episodes] == ["first\n", "first\n"]
        assert [episode.step("echo $x").output for episode in episodes] == ["kept-0\n", "kept-1\n"]
        assert [(episode.step_count, episode.exact) for episode in episodes] == [(2, True), (2, True)]


def test_from_a_client_that_has_it(server):
    with stepwell.Client(server.url) as first, stepwell.Client(server.url) as second:
        episode = first.reset("bash-v1", seed=1)
        taken = second.resume(episode.resume_token)
        assert (taken.id, taken.task, taken.environment) == (episode.id, episode.task, "bash-v1")
        assert taken.observation["output"] == taken.task.instruction and taken.last is None
        assert taken.step("echo on").step == 1
        with pytest.raises((stepwell.EpisodeMovedError, stepwell.EpisodeNotFoundError)):
            episode.step("echo on")


def test_that_is_over(server):
    with stepwell.Client(server.url) as first, stepwell.Client(server.url) as second:
        episode = first.reset("bash-v1", seed=1)
        end = episode.submit()
        taken = second.resume(episode.resume_token)
        assert taken.over and taken.last.reward == end.reward


def test_that_are_gone(server):
    with stepwell.Client(server.url) as client:
        episode = client.reset("bash-v1", seed=1)
        episode.close()
        with pytest.raises(stepwell.EpisodeLostError) as caught:
            client.resume(episode.resume_token)
        assert caught.value.mask_sample


def test_the_last_result(client):
    with client.reset("bash-v1", seed=1) as episode:
        assert episode.last is None
        first = episode.step("echo 1")
        second = episode.step("echo 2")
        assert episode.last == second
        # A stored result is not the last one.
        assert episode.step("echo 1", step=1).output == first.output and episode.last == second
        [fork] = episode.fork()
        assert fork.last is None
        episode.undo()
        assert episode.last is None
        assert episode.step("echo 3") == episode.last
