"""Environments for TRL, used as its trainers use them. `by_hand/trl_training.py` runs the real trainer."""

import functools
import inspect

import pytest
from conftest import open_episodes

import stepwell
from stepwell.trl import BashEnvironment, PythonEnvironment, SqlEnvironment, outcomes, rows


@pytest.fixture
def single(narrow):
    """A client of the server with one sandbox."""
    with stepwell.Client(narrow.url) as client:
        yield client


ALL = [BashEnvironment, PythonEnvironment, SqlEnvironment]


def tools(environment):
    """As TRL finds them."""
    members = inspect.getmembers(type(environment), predicate=inspect.isfunction)
    names = [name for name, _ in members if name not in ("reset", "get_reward") and not name.startswith("_")]
    return {name: getattr(environment, name) for name in names}


@pytest.mark.parametrize("kind", ALL)
def test_tools_are_documented_as_models_read_them(client, kind):
    found = tools(kind(client=client))
    assert len(found) == 2 and "submit" in found
    for tool in found.values():
        (parameter,) = inspect.signature(tool).parameters.values()
        assert parameter.annotation == "str" and f"{parameter.name}: " in tool.__doc__.split("Args:")[1]


def test_rows_are_tasks(client):
    made = rows("bash-v1", client=client)
    assert [row["task"] for row in made] == [one.id for one in client.tasks("bash-v1").tasks if one.ungradable is None]
    assert set(made[0]) == {"prompt", "environment", "task", "dataset", "instruction"}
    (row,) = rows("sql-v1", client=client, limit=1, name="db", prompt="Use the tools.", instruction=False)
    assert row["environment"] == "db" and row["prompt"][0]["content"] == "Use the tools." and "instruction" not in row


@pytest.mark.parametrize("environment", ["bash-v1", "python-v1", "sql-v1"])
def test_the_instruction_of_a_row_is_the_first_observation(client, environment):
    for row in rows(environment, client=client, limit=3):
        with client.reset(environment, task=row["task"]) as episode:
            assert row["instruction"] == episode.observation["output"]


def test_a_rollout(client):
    environment = BashEnvironment(client=client)
    (row,) = rows("bash-v1", client=client, limit=1)
    assert environment.reset(**row) == row["instruction"]
    assert environment.reset(**{**row, "prompt": [{"role": "user", "content": "Go."}]}) == "\n\n" + row["instruction"]
    assert environment.run("cd /tmp && x=1") == "(no output)"
    assert environment.run("pwd; echo $x; false") == "/tmp\n1\n[exit code 1]"
    assert environment.get_reward() == 0.0 == environment.get_reward()
    assert not environment.success and not environment.mask_sample and environment.result.step == 3
    with pytest.raises(stepwell.EpisodeOverError, match="over"):
        environment.run("pwd")


GOLD = "SELECT name, born FROM author WHERE country = 'Ireland' ORDER BY born"


@pytest.mark.parametrize(("sql", "reward"), [(GOLD, 1.0), ("SELECT 1", 0.0)])
def test_without_a_submit_the_last_output_is_graded(client, sql, reward):
    environment = SqlEnvironment(client=client)
    environment.reset(task="library-irish-authors")
    environment.query(sql)
    assert (environment.get_reward(), environment.success) == (reward, reward == 1.0)


def test_a_gold_is_worth_1(client):
    environment = SqlEnvironment(client=client)
    environment.reset(task="library-irish-authors")
    assert environment.submit(GOLD).endswith("[the episode is over]")
    assert environment.get_reward() == 1.0 and environment.success


def test_a_batch_takes_its_sandboxes_at_once(client, server):
    batch = [BashEnvironment(client=client) for _ in range(6)]
    (row,) = rows("bash-v1", client=client, limit=1)
    assert [environment.reset(**row) for environment in batch] == [row["instruction"]] * 6
    assert [environment.run("echo $((1 + 1))") for environment in batch] == ["2\n"] * 6
    assert open_episodes(server) == 6
    assert [environment.get_reward() for environment in batch] == [0.0] * 6
    assert open_episodes(server) == 0


def test_a_reset_does_not_wait_for_its_sandbox(single):
    (row,) = rows("bash-v1", client=single, limit=1)
    first, other = BashEnvironment(client=single), BashEnvironment(client=single)
    assert first.reset(**row) == other.reset(**row) == row["instruction"]
    assert first.run("echo first") == "first\n"
    assert other.episode is None
    assert first.get_reward() == 0.0
    assert other.run("echo other") == "other\n"
    assert other.get_reward() == 0.0


def test_a_text_that_is_known_is_not_waited_for(client):
    first, other = BashEnvironment(client=client), BashEnvironment(client=client)
    text = first.reset(seed=5)
    assert first.episode.task.instruction == text
    assert other.reset(seed=5) == text
    assert first.get_reward() == other.get_reward() == 0.0


def test_a_row_must_choose_a_task(client):
    with pytest.raises(ValueError, match="`task` or `seed`"):
        BashEnvironment(client=client).reset(prompt=[])
    BashEnvironment(client=client, seed=3).reset(prompt=[])


def test_an_unknown_task_raises(client):
    environment = BashEnvironment(client=client)
    with pytest.raises(stepwell.TaskNotFoundError):
        environment.reset(task="nowhere")
    environment.reset(task="nowhere", instruction="Go.")
    with pytest.raises(stepwell.TaskNotFoundError):
        environment.get_reward()


def test_turns_that_are_used_up_end_the_rollout(client):
    environment = BashEnvironment(client=client, max_turns=1)
    environment.reset(task=0)
    assert environment.run("echo a") == "a\n[the limit of turns is reached; the episode is over]"
    with pytest.raises(stepwell.EpisodeOverError):
        environment.run("echo b")
    assert environment.get_reward() == 0.0 and not environment.mask_sample
    late = BashEnvironment(client=client, max_turns=1, reward="on_submit")
    late.reset(task=0)
    late.run("true")
    assert late.get_reward() == 0.0


def test_a_failure_masks(client):
    environment = BashEnvironment(client=client)
    environment.reset(task=0)
    environment.run("true")
    environment.episode.lost(stepwell.EpisodeLostError("its server is gone"))
    with pytest.raises(stepwell.EpisodeLostError):
        environment.run("true")
    assert environment.get_reward() is None
    assert environment.mask_sample and environment.failure.code == "episode_lost"
    environment.reset(task=0)
    assert environment.get_reward() == 0.0 and not environment.mask_sample


def test_no_sandbox_masks(single):
    batch = [BashEnvironment(client=single, queue_timeout_ms=wait) for wait in (60_000, 0)]
    for environment in batch:
        environment.reset(task=0, instruction="Go.")
    assert batch[0].run("echo on") == "on\n"
    with pytest.raises(stepwell.CapacityError):
        batch[1].run("true")
    assert [environment.get_reward() for environment in batch] == [0.0, None]
    assert batch[1].mask_sample and batch[1].failure.error_class == "capacity"


def test_outcomes_of_a_batch(client):
    metrics, columns = {}, {}
    batch = [BashEnvironment(client=client) for _ in range(3)]
    for environment in batch:
        environment.reset(task=0)
        environment.run("true")
    batch[1].episode.lost(stepwell.EpisodeLostError("its server is gone"))
    given = [*batch, object()]
    rewards = outcomes(prompts=[], environments=given, log_metric=metrics.__setitem__, log_extra=columns.__setitem__)
    assert rewards == [None] * 4
    assert columns["reward"] == [0.0, None, 0.0, None]
    assert columns["failure"] == [None, "server: episode_lost", None, None]
    assert metrics["stepwell/masked"] == pytest.approx(1 / 3) and metrics["stepwell/success"] == 0.0
    assert metrics["stepwell/turns"] == 2.0
    assert [environment.get_reward() for environment in batch] == [0.0, None, 0.0]


def test_options_by_a_partial(server):
    factory = functools.partial(PythonEnvironment, url=server.url, max_turns=2)
    environment = factory()
    environment.reset(task=0)
    assert environment.run("1 + 1") == "2\n"
    assert environment.run("2 + 2") == "4\n[the limit of turns is reached; the episode is over]"
    assert environment.get_reward() == 0.0


def test_a_reset_gives_the_sandbox_before_back(single):
    environment = BashEnvironment(client=single)
    for _ in range(3):
        environment.reset(task=0, instruction="Go.")
        assert environment.run("echo on") == "on\n"
    environment.get_reward()
