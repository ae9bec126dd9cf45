"""Forks and undo."""

import pytest

import stepwell


def test_forks_go_on_from_the_same_state(client):
    with client.reset("bash-v1", seed=1) as episode:
        episode.step("x=before; cd /tmp; echo file >made")
        forks = episode.fork(3)
        assert len({fork.id for fork in [*forks, episode]}) == 4
        for at, fork in enumerate(forks):
            assert fork.step_count == 1 and fork.next_step == 2
            assert fork.task == episode.task
            assert fork.origin.how in ("copy", "replay", "checkpoint") and fork.origin.exact and fork.exact
            assert fork.step(f"echo $x $(cat made); x={at}; pwd").output == "before file\n/tmp\n"
        assert [fork.step("echo $x").output for fork in forks] == ["0\n", "1\n", "2\n"]
        assert episode.step("echo $x").output == "before\n"
        assert forks[0].submit().terminated
        for fork in forks:
            fork.close()


def test_a_fork_of_an_earlier_step(client):
    with client.reset("python-v1", seed=1) as episode:
        episode.step("n = 1")
        episode.step("n = 2")
        (fork,) = episode.fork(at_step=1)
        with fork:
            assert fork.step_count == 1
            assert fork.step("n").output == "1\n"
        assert episode.step("n").output == "2\n"


def test_undo_goes_back_in_place(client):
    with client.reset("bash-v1", seed=1) as episode:
        episode.step("x=1")
        episode.step("x=2; echo made >/tmp/made")
        origin = episode.undo()
        assert (origin.step_count, episode.step_count, episode.next_step) == (1, 1, 2)
        result = episode.step("echo $x; ls /tmp/made")
        assert result.step == 2 and result.output.startswith("1\n") and result.observation["exit_code"] != 0


def test_an_ended_episode_is_forked_from_before_its_end(client):
    with client.reset("bash-v1", seed=1) as episode:
        episode.step("x=1")
        episode.submit()
        (fork,) = episode.fork()
        with fork:
            assert fork.step_count == 1 and not fork.over
            assert fork.step("echo $x").output == "1\n"


def test_refused_forks(client):
    with client.reset("bash-v1", seed=1) as episode:
        with pytest.raises(stepwell.RemoteError):
            episode.fork(at_step=5)
        with pytest.raises(stepwell.InvalidParamsError):
            episode.fork(65)
        assert episode.step("echo on").output == "on\n"


def test_a_fork_survives_the_socket(cable):
    with stepwell.Client(cable.url) as client, client.reset("bash-v1", seed=1) as episode:
        episode.step("x=before")
        (fork,) = episode.fork()
        cable.cut()
        assert fork.step("echo $x").output == "before\n"
        assert episode.step("echo $x").output == "before\n"
