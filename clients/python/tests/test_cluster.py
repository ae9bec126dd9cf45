"""One client of many servers."""

import asyncio
import os
import re
import signal
import time

import pytest
from conftest import open_episodes

import stepwell
from stepwell.cluster.addresses import addresses_in, addresses_of, are_many
from stepwell.cluster.choice import client_of
from stepwell.cluster.placement import least_leased, room_of


class Load:
    def __init__(self, leased, most, queued=0, sent=0, slots=1000):
        states = {"leased": leased}
        self.state = {
            "episodes": {"open": 0, "max": slots},
            "sandboxes": {"states": states, "max": most, "queued": queued},
        }
        self.sent = sent


def test_room_counts_what_is_leased_what_waits_and_what_was_sent_since():
    assert room_of(Load(2, 8)) == 6
    assert room_of(Load(8, 8, queued=3)) == -3
    assert room_of(Load(2, 8, sent=4)) == 2
    assert room_of(Load(0, 8, slots=1)) == 1


def test_the_least_leased_server_is_chosen():
    empty, full, wide = Load(0, 4), Load(8, 8), Load(32, 64)
    assert least_leased([full, empty], 1, lambda: 0) is empty
    assert least_leased([empty, wide], 8, lambda: 0) is wide
    assert least_leased([Load(8, 8, queued=5), full], 1, lambda: 0) is full
    assert least_leased([], 1, lambda: 0) is None


def test_a_list_or_a_text_with_commas_or_a_name_means_many_servers(monkeypatch):
    assert are_many(addresses_in("ws://a, ws://b"))
    assert are_many(["dns+ws://a:1"])
    assert not are_many(["ws://a"])
    monkeypatch.setenv("STEPWELL_URL", "ws://a,ws://b")
    assert addresses_in(None) == ["ws://a", "ws://b"]
    assert isinstance(client_of(None), stepwell.AsyncCluster)
    assert not isinstance(client_of("ws://a"), stepwell.AsyncCluster)


def test_a_name_means_a_server_at_each_of_its_addresses():
    async def resolve(name):
        if name != "servers":
            raise OSError("no such name")
        return ["10.0.0.1", "10.0.0.2"]

    found = asyncio.run(addresses_of(["dns+ws://servers:8765", "ws://c"], resolve))
    assert [(one.url, one.host_address) for one in found] == [
        ("ws://servers:8765/v1", "10.0.0.1"),
        ("ws://servers:8765/v1", "10.0.0.2"),
        ("ws://c/v1", None),
    ]
    with pytest.raises(stepwell.ConnectError, match=r"dns\+ws://nowhere:1 cannot be resolved: no such name"):
        asyncio.run(addresses_of(["dns+ws://nowhere:1"], resolve))


@pytest.fixture(scope="module")
def pair(serve):
    with serve(node="one", pool_max=2) as one, serve(node="other", pool_max=2) as other:
        yield one, other


@pytest.fixture
def cluster(pair):
    with stepwell.Cluster([server.url for server in pair], poll_s=0.1) as connected:
        yield connected


def none_is_open(servers):
    """Soon: what nobody wants is closed behind the caller's back."""
    while sum(map(open_episodes, servers)) > 0:
        time.sleep(0.05)


def test_resets_go_where_there_is_room(cluster, pair):
    episodes = [cluster.reset("bash-v1", task=0) for _ in range(4)]
    assert [open_episodes(server) for server in pair] == [2, 2]
    assert {each.resume_token.rpartition(".")[0] for each in episodes} == {"one", "other"}
    with pytest.raises(stepwell.CapacityError):
        cluster.reset("bash-v1", task=0, queue_timeout_ms=100)
    for each in episodes:
        each.close()


def test_many_are_spread_and_stepped_at_once(cluster, pair):
    opened = sorted(cluster.reset_many("bash-v1", count=4), key=lambda one: one.index)
    episodes = [one.unwrap() for one in opened]
    assert [open_episodes(server) for server in pair] == [2, 2]
    assert len({(each.task.id, each.info["seed"]) for each in episodes}) == 1
    steps = [(each, f"echo {index}") for index, each in enumerate(episodes)]
    made = {one.index: one.unwrap().output for one in cluster.step_many(steps)}
    assert made == {index: f"{index}\n" for index in range(4)}
    for each in episodes:
        each.close()


def test_a_group_stays_together_when_asked(cluster, pair):
    [group] = cluster.groups("bash-v1", size=2, tasks=[0], together=True)
    assert sorted(open_episodes(server) for server in pair) == [0, 2]
    assert len(group.episodes) == 2
    for each in group.episodes:
        each.close()
    [none] = cluster.groups("bash-v1", size=3, tasks=[0], together=True, queue_timeout_ms=100)
    assert [none.episodes, {type(error) for error in none.errors}] == [[], {stepwell.CapacityError}]
    none_is_open(pair)


def test_what_the_reader_leaves_is_closed(cluster, pair):
    for opened in cluster.reset_many("bash-v1", count=4):
        opened.unwrap().close()
        break
    none_is_open(pair)


def test_an_episode_is_resumed_on_the_server_that_its_token_names(cluster, pair):
    with stepwell.Client(pair[1].url) as first:
        episode = first.reset("bash-v1", task=0)
        episode.step("echo a > /tmp/a")
        resumed = cluster.resume(episode.resume_token)
        assert resumed.step("cat /tmp/a").output == "a\n"
        resumed.close()
    with pytest.raises(stepwell.EpisodeLostError):
        cluster.resume("other.unheard-of")


def test_servers_with_other_datasets_are_refused_with_the_names_of_both(serve, tmp_path):
    urls = []
    servers = []
    for gold in ("one", "two"):
        tasks = tmp_path / f"{gold}.jsonl"
        tasks.write_text(f'{{"id": "a", "instruction": "Print {gold}.", "gold": "echo {gold}"}}\n')
        servers.append(serve(dataset=[f"mine={tasks}"], pool={"bash-v1": 1}))
    with servers[0] as one, servers[1] as other:
        urls = [one.url, other.url]
        with pytest.raises(stepwell.ServersDifferError, match="dataset mine of bash-v1 differs") as refused:
            stepwell.Client(urls)
        assert all(re.sub("^ws://", "", url) in str(refused.value) for url in urls)
        with stepwell.Cluster(urls, accept_differences=True) as cluster:
            assert cluster.reset("bash-v1", dataset="mine", task=0).task.id == "a"


def test_a_killed_server_costs_its_own_episodes_alone(serve):
    # With so few sandboxes the shares decide, and not the chance that keeps many clients apart.
    few = {"pool_max": 4}
    with serve(node="one", **few) as one, serve(node="two", **few) as two, serve(node="three", **few) as three:
        servers = {"one": one, "two": two, "three": three}
        urls = [server.url for server in servers.values()]
        with stepwell.Cluster(urls, poll_s=0.1, reconnect_s=0.5) as cluster:
            episodes = [one.unwrap() for one in cluster.reset_many("bash-v1", count=9, queue_timeout_ms=120_000)]
            home = {each.id: each.resume_token.rpartition(".")[0] for each in episodes}
            assert set(home.values()) == set(servers)
            os.killpg(two.pid, signal.SIGKILL)
            lost = set()
            steps = [(each, "echo x >> /tmp/count; wc -l < /tmp/count") for each in episodes]
            for made in cluster.step_many(steps):
                if made.error is None:
                    assert made.result.output.strip() == "1"
                else:
                    assert made.error.mask_sample
                    lost.add(home[made.episode.id])
            assert lost == {"two"}
            # Each of the others begins again at once.
            again = [one.unwrap() for one in cluster.reset_many("bash-v1", count=2, queue_timeout_ms=120_000)]
            assert {each.resume_token.rpartition(".")[0] for each in again} == {"one", "three"}
    with pytest.raises(stepwell.NoServerError, match=re.escape(urls[0].removeprefix("ws://"))):
        stepwell.Client(urls)
