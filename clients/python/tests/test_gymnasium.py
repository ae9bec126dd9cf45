"""Gymnasium's interface, by its own checker and by each autoreset mode."""

import math
import warnings

import pytest

import stepwell

gymnasium = pytest.importorskip("gymnasium")

import numpy  # noqa: E402
from gymnasium.error import ResetNeeded  # noqa: E402
from gymnasium.utils.env_checker import check_env  # noqa: E402
from gymnasium.vector import AutoresetMode  # noqa: E402

import stepwell.gymnasium  # noqa: E402


@pytest.mark.parametrize("environment", ["bash-v1", "python-v1", "sql-v1"])
def test_the_checker_finds_nothing(server, environment):
    env = gymnasium.make(f"stepwell/{environment}", url=server.url, render_mode="ansi")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        check_env(env.unwrapped)
    assert [str(one.message) for one in warned] == []
    env.close()


def test_an_episode(client):
    env = gymnasium.make("stepwell/bash-v1", client=client, render_mode="ansi", max_turns=3)
    instruction, info = env.reset(seed=7)
    assert info["seed"] == 7 and info["dataset"] == "built-in"
    assert env.unwrapped.episode.task.instruction == instruction
    observation, reward, terminated, truncated, info = env.step("echo hi")
    assert (observation, reward, terminated, truncated) == ("hi\n", 0.0, False, False)
    assert not info["graded"] and not info["mask_sample"] and info["observation"]["exit_code"] == 0
    assert env.render() == "hi\n"
    assert env.unwrapped.last_result.info["duration_ms"] >= 0
    _, reward, terminated, _, info = env.step("submit")
    assert (reward, terminated, info["graded"], info["success"]) == (0.0, True, True, False)
    env.close()


def test_options_of_one_reset(client):
    env = gymnasium.make("stepwell/bash-v1", client=client, task=1)
    assert env.reset()[1]["task_index"] == 1
    assert env.reset(options={"task": 2})[1]["task_index"] == 2
    assert env.reset()[1]["task_index"] == 1
    env.close()


def test_seeds_choose_tasks_and_go_on(client):
    env = gymnasium.make("stepwell/bash-v1", client=client)

    def tasks():
        return [env.reset(seed=3)[1]["task"], env.reset()[1]["task"], env.reset()[1]["task"]]

    assert tasks() == tasks()
    env.close()


def test_characters_outside_the_set_are_replaced(client):
    env = gymnasium.make("stepwell/bash-v1", client=client)
    env.reset(seed=1)
    observation, _, _, _, info = env.step("printf 'caf\\303\\251'")
    assert observation == "caf\ufffd" and info["observation"]["output"] == "café"
    env.close()
    wide = stepwell.gymnasium.StepwellEnv(
        "bash-v1", client=client, charset=stepwell.gymnasium.DEFAULT_CHARSET + "é", max_length=4
    )
    wide.reset(seed=1)
    assert wide.step("printf 'caf\\303\\251s'")[0] == "café"
    wide.close()


def test_a_failure_has_the_reward_nan(client):
    env = gymnasium.make("stepwell/bash-v1", client=client)
    env.reset(seed=1)
    client.call("episode/close", {"episode_id": env.unwrapped.episode.id})
    env.unwrapped.episode.lost(stepwell.EpisodeLostError("its server is gone"))
    # Gymnasium's own wrapper speaks up too.
    with pytest.warns(UserWarning, match="NaN"):
        _, reward, terminated, truncated, info = env.step("pwd")
    assert math.isnan(reward) and truncated and not terminated
    assert info["mask_sample"] and info["failure"]["code"] == "episode_lost"
    env.reset()
    assert env.step("echo on")[0] == "on\n"
    env.close()


def vector(client, mode, **options):
    return gymnasium.make_vec(
        "stepwell/bash-v1", 4, vectorization_mode="vector_entry_point", client=client, autoreset_mode=mode, **options
    )


ACTIONS = ["echo 0", "submit", "echo 2", "submit"]
ENDED = [False, True, False, True]


def test_next_step_resets_with_the_step_after_the_end(client):
    envs = vector(client, AutoresetMode.NEXT_STEP)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    instructions, infos = envs.reset(seed=5)
    assert infos["seed"].tolist() == [5, 6, 7, 8]
    observations, rewards, terminations, truncations, _ = envs.step(ACTIONS)
    assert observations == ("0\n", "", "2\n", "") and rewards.tolist() == [0.0] * 4
    assert terminations.tolist() == ENDED and truncations.tolist() == [False] * 4
    observations, _, terminations, _, infos = envs.step(["echo $((1 + 1))"] * 4)
    assert observations[0] == "2\n" and observations[1] not in ("2\n", instructions[1])
    assert terminations.tolist() == [False] * 4 and infos["_task"].tolist() == ENDED
    assert envs.step(["echo on"] * 4)[0] == ("on\n",) * 4
    envs.close()


def test_same_step_resets_at_the_end(client):
    envs = vector(client, "SameStep")
    envs.reset(seed=5)
    observations, _, terminations, _, infos = envs.step(ACTIONS)
    assert terminations.tolist() == ENDED
    assert observations[1] and infos["final_obs"].tolist() == [None, "", None, ""]
    assert infos["final_info"]["graded"].tolist() == ENDED and infos["_task"].tolist() == ENDED
    assert envs.step(["echo on"] * 4)[0] == ("on\n",) * 4
    envs.close()


def test_disabled_leaves_resets_to_the_caller(client):
    envs = vector(client, AutoresetMode.DISABLED)
    with pytest.raises(ResetNeeded):
        envs.step(ACTIONS)
    envs.reset(seed=5)
    envs.step(ACTIONS)
    with pytest.raises(ResetNeeded):
        envs.step(ACTIONS)
    observations, infos = envs.reset(options={"reset_mask": numpy.array(ENDED)})
    assert observations[0] == "0\n" and infos["_task"].tolist() == ENDED
    assert envs.step(["echo on"] * 4)[0] == ("on\n",) * 4
    envs.close()


@pytest.mark.parametrize("mask", [numpy.zeros(4, dtype=numpy.bool_), numpy.ones(3, dtype=numpy.bool_), [True] * 4])
def test_a_wrong_mask_is_refused(client, mask):
    envs = vector(client, "Disabled")
    envs.reset(seed=5)
    with pytest.raises(ValueError, match="reset_mask"):
        envs.reset(options={"reset_mask": mask})
    envs.close()


def test_groups_stay_together(client):
    envs = vector(client, "SameStep", group_size=2)
    first = envs.reset(seed=5)[1]["task"].tolist()
    assert first[0] == first[1] and first[2] == first[3] and first[0] != first[2]
    # They end at different steps, and meet again in the same next task.
    one = envs.step(["submit", "true", "submit", "true"])[4]["task"].tolist()
    other = envs.step(["true", "submit", "true", "submit"])[4]["task"].tolist()
    assert one[0] == other[1] and one[2] == other[3]
    envs.close()
    with pytest.raises(ValueError, match="does not divide"):
        vector(client, "SameStep", group_size=3)


def test_observations_lie_in_their_space(client):
    envs = vector(client, "NextStep")
    observations, _ = envs.reset(seed=5)
    assert observations in envs.observation_space
    assert envs.step(["seq 100"] * 4)[0] in envs.observation_space
    envs.close()
