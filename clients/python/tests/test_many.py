"""Resets and steps by the dozen."""

import asyncio
import threading

import pytest
from cable import Cable
from conftest import open_episodes

import stepwell


def test_many_resets_have_one_task_and_seed(client):
    opened = list(client.reset_many("bash-v1", count=6))
    assert sorted(one.index for one in opened) == list(range(6))
    episodes = [one.unwrap() for one in opened]
    assert len({each.id for each in episodes}) == 6
    assert len({(each.task.id, each.info["seed"]) for each in episodes}) == 1
    for each in episodes:
        each.close()


def test_tasks_come_task_by_task(client):
    opened = sorted(client.reset_many("bash-v1", tasks=[3, 1], count=2), key=lambda one: one.index)
    assert [one.unwrap().task.index for one in opened] == [3, 3, 1, 1]
    for one in opened:
        one.unwrap().close()


def test_a_reset_that_fails_is_given_in_its_place(client):
    opened = sorted(client.reset_many("bash-v1", tasks=[0, "none", 1]), key=lambda one: one.index)
    assert [one.error is None for one in opened] == [True, False, True]
    with pytest.raises(stepwell.TaskNotFoundError):
        opened[1].unwrap()
    for one in opened:
        if one.episode:
            one.episode.close()


def test_episodes_come_before_the_last_is_ready(narrow):
    with stepwell.Client(narrow.url) as client:
        # Only one can be open: the second comes when the first was closed, which needs that the first was given.
        for opened in client.reset_many("bash-v1", count=5, queue_timeout_ms=60_000):
            opened.unwrap().close()


def test_leaving_early_closes_the_rest(server):
    with stepwell.Client(server.url) as client:
        for opened in client.reset_many("bash-v1", count=6):
            opened.unwrap().close()
            break
        # The others are closed as they come, however late that is.
        while open_episodes(server) > 0:
            client.environments()
        assert client.reset("bash-v1").step("echo on").output == "on\n"


def test_a_group_has_one_task(client):
    group = client.group("python-v1", 4)
    assert len(group.episodes) == 4 and group.errors == []
    assert len({each.task.id for each in group.episodes}) == 1
    for each in group.episodes:
        each.close()


@pytest.mark.parametrize("which", [{"seeds": [5, 6]}, {"tasks": [5, 6]}])
def test_groups_by_seeds_and_by_tasks(client, which):
    groups = sorted(client.groups("bash-v1", size=3, **which), key=lambda group: group.index)
    assert [group.index for group in groups] == [0, 1]
    tasks = [{each.task.index for each in group.episodes} for group in groups]
    assert [len(each) for each in tasks] == [1, 1] and tasks[0] != tasks[1]
    for group in groups:
        for each in group.episodes:
            each.close()


def test_results_come_as_they_are_made(client):
    episodes = [one.unwrap() for one in client.reset_many("bash-v1", count=4)]
    # The slow one runs to its deadline, long after the others.
    actions = [{"code": "sleep 30", "timeout_ms": 3000}, "echo 1", "echo 2", "echo 3"]
    stepped = list(client.step_many(zip(episodes, actions)))
    assert stepped[-1].index == 0 and stepped[-1].unwrap().observation["timed_out"]
    assert {one.unwrap().output for one in stepped[:-1]} == {"1\n", "2\n", "3\n"}
    assert all(one.episode is episodes[one.index] for one in stepped)
    assert not any(one.mask_sample for one in stepped)
    for each in episodes:
        each.close()


def test_a_step_that_fails_does_not_disturb_the_others(client):
    episodes = [one.unwrap() for one in client.reset_many("bash-v1", count=3)]
    episodes[1].submit()
    episodes[2].close()
    stepped = sorted(client.step_many([(each, "echo on") for each in episodes]), key=lambda one: one.index)
    assert stepped[0].unwrap().output == "on\n"
    assert isinstance(stepped[1].error, stepwell.EpisodeOverError)
    assert isinstance(stepped[2].error, stepwell.EpisodeNotFoundError)
    assert episodes[0].step("echo next").step == 2


def test_a_malformed_action_among_many_fails_alone(client):
    episodes = [one.unwrap() for one in client.reset_many("bash-v1", count=2)]
    stepped = sorted(client.step_many(zip(episodes, ["echo on", {"nonsense": 1}])), key=lambda one: one.index)
    assert stepped[0].unwrap().output == "on\n"
    assert isinstance(stepped[1].error, stepwell.InvalidParamsError)
    assert episodes[1].step("echo on").step == 1


def test_many_over_a_socket_that_drops(serve):
    # Episodes whose answer was lost with the socket keep their sandboxes for the grace time.
    with serve(pool_max=24) as server, Cable(server.url) as cable:
        asyncio.run(_many_over(cable))


async def _many_over(cable):
    async with stepwell.AsyncClient(cable.url) as client:
        episodes = []
        async for opened in client.reset_many("bash-v1", count=6):
            if not episodes:
                await asyncio.to_thread(cable.cut)
            episodes.append(opened.unwrap())
        assert len({each.task.id for each in episodes}) == 1
        outputs = {}
        code = "echo once >>/tmp/made; cat /tmp/made"
        async for stepped in client.step_many([(each, code) for each in episodes]):
            if not outputs:
                await asyncio.to_thread(cable.cut)
            outputs[stepped.index] = stepped.unwrap().output
        assert outputs == dict.fromkeys(range(6), "once\n")


def test_a_waiting_reset_tells_its_place(narrow):
    with stepwell.Client(narrow.url) as client:
        holding = client.reset("bash-v1")
        places = []

        def take(queued):
            places.append(queued)
            # From the client's own thread a call cannot wait; another thread can.
            threading.Thread(target=holding.close).start()

        with client.reset("bash-v1", queue_timeout_ms=60_000, on_queued=take) as episode:
            assert episode.step("echo on").output == "on\n"
        assert places[0].position == 1 and places[0].environment == "bash-v1"


@pytest.mark.parametrize("kind", [ValueError, RuntimeError])
def test_what_on_queued_raises_is_raised_by_its_reset_alone(narrow, kind):
    with stepwell.Client(narrow.url) as client, client.reset("bash-v1") as holding:
        holding.step("x=kept")

        def refuse(_):
            raise kind("from on_queued")

        with pytest.raises(kind, match="from on_queued"):
            client.reset("bash-v1", queue_timeout_ms=60_000, on_queued=refuse)
        assert holding.step("echo $x").output == "kept\n"


def test_no_capacity_is_a_fault_of_the_infrastructure(narrow):
    with stepwell.Client(narrow.url) as client:
        client.reset("bash-v1")
        with pytest.raises(stepwell.CapacityError) as caught:
            client.reset("bash-v1", queue_timeout_ms=0)
        error = caught.value
        assert (error.error_class, error.retryable, error.mask_sample) == ("capacity", True, True)


def test_turns_are_extended(client):
    with client.reset("bash-v1", seed=1, max_turns=2, extend_steps=3) as episode:
        assert not episode.extend(3).done
        for _ in range(3):
            assert not episode.step("true").done
        assert episode.step("true").truncated
