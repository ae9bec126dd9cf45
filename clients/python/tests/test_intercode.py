"""InterCode's environments: its constructor, its loop, its files."""

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Dict, List  # noqa: UP035 - as scripts for InterCode write it.

import pytest

import stepwell
from stepwell.intercode import ACTION_EXEC, AGENT_OBS, REWARD, BashEnv, CTFEnv, IntercodeDataLoader, PythonEnv, SqlEnv
from stepwell.intercode.datasets import dataset_of
from stepwell.intercode.python_value import value_of

BASH = [
    {"query": "Print the word hello.", "gold": "echo hello"},
    {"query": "Make the file /tmp/../srv/note with the word hi.", "gold": "echo hi >/srv/note"},
]
PYTHON = [
    {
        "query": "Write a function to double a number.",
        "gold": "def helper(x):\n    return 2 * x\ndef double(x):\n    return helper(x)",
        "tests": ["assert double(2) == 4", "assert double(-1) == -2"],
        "test_setup_code": "",
    }
]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same tasks as InterCode's files and as Stepwell's datasets."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "mine.json").write_text(json.dumps(BASH))
    bash = [{"id": f"mine-{at}", "instruction": one["query"], "gold": one["gold"]} for at, one in enumerate(BASH)]
    (folder / "mine.jsonl").write_text("\n".join(map(json.dumps, bash)))
    (folder / "ic_mbpp.json").write_text(json.dumps(PYTHON))
    python = [
        {
            "id": f"mbpp-{at}",
            "instruction": one["query"],
            "gold": one["gold"],
            "entry": "double",
            "tests": [{"name": f"test {number}", "code": code} for number, code in enumerate(one["tests"])],
        }
        for at, one in enumerate(PYTHON)
    ]
    (folder / "ic_mbpp.jsonl").write_text("\n".join(map(json.dumps, python)))
    return folder


@pytest.fixture(scope="module")
def served(serve, files):
    datasets = [f"mine={files}/mine.jsonl", f"python-v1:mbpp={files}/ic_mbpp.jsonl"]
    with serve(dataset=datasets) as server, stepwell.Client(server.url) as client:
        yield client


def test_bash_in_the_loop_of_intercode(served, files, tmp_path):
    env = BashEnv("intercode-nl2bash", client=served, data_path=str(files / "mine.json"), traj_dir=str(tmp_path))
    assert len(env.data_loader) == 2
    assert env.reset(0) == (BASH[0]["query"], {})
    assert (env.query, env.gold, env.query_idx, env.observation) == (BASH[0]["query"], "echo hello", 0, env.query)
    assert env.get_available_actions() is None
    # As the published experiments do: execute, submit, go on.
    assert env.step("echo wrong") == ("wrong\n", 0, False, {ACTION_EXEC: True})
    _, reward, done, info = env.step("submit")
    assert 0 < reward < 1 and done and info[ACTION_EXEC] and set(info[REWARD]) >= {"file_diff", "file_changes"}
    observation, reward, done, info = env.step("cd /srv && false")
    assert (observation, reward, done, info[ACTION_EXEC]) == ("", 0, False, False)
    assert env.step('echo "hello')[0] == "Malformed command"
    assert env.step("cd /srv")[3][ACTION_EXEC] and env.workdir == "/srv"
    env.step("echo hello")
    _, reward, _, info = env.step("submit")
    assert reward == 1 == env.reward and info[AGENT_OBS] == "hello\n"
    assert env.step("skip") == ("skipped", 0, True, {})
    env.close()
    logs = sorted((tmp_path / "logs_ic_bash").iterdir())
    assert len(logs) == 2
    log = next(one for one in (json.loads(path.read_text()) for path in logs) if one["reward"] == 1)
    assert (log["environment"], log["query_idx"], log["gold"]) == ("ic_bash", 0, "echo hello")
    assert log["trajectory"][0] == {"action": "echo wrong", "observation": "wrong\n"}
    assert log["trajectory"][-1] == {"action": "submit", "observation": "None"}


def test_each_reset_has_a_fresh_sandbox(served, files):
    env = BashEnv("intercode-bash", client=served, data_path=str(files / "mine.json"))
    env.reset(1)
    env.step("echo hi >/srv/note")
    assert env.step("submit")[1] == 1
    env.reset(1)
    assert env.step("cat /srv/note")[3][ACTION_EXEC] is False
    env.close()


def test_dozens_at_once(served, files):
    def play(number):
        env = BashEnv("intercode-bash", client=served, data_path=str(files / "mine.json"))
        env.reset(0)
        output = env.step(f"echo {number}")[0]
        env.close()
        return output

    with ThreadPoolExecutor(24) as threads:
        assert list(threads.map(play, range(24))) == [f"{number}\n" for number in range(24)]


def test_preprocess(served, files):
    def preprocess(record: Dict) -> List:  # noqa: UP006
        return ["cd /srv", f"echo {len(record['query'])}"]

    env = BashEnv("intercode-bash", client=served, data_path=str(files / "mine.json"), preprocess=preprocess)
    observation, _ = env.reset(0)
    assert observation == f"{len(BASH[0]['query'])}\n"
    assert env.step("pwd")[0] == "/srv\n"
    env.close()


def test_a_preprocess_that_fails(served, files):
    def preprocess(record: dict) -> list:
        return ["false"]

    env = BashEnv("intercode-bash", client=served, data_path=str(files / "mine.json"), preprocess=preprocess)
    with pytest.raises(RuntimeError, match="Preprocess command failed"):
        env.reset(0)
    env.close()
    with pytest.raises(AssertionError):
        BashEnv("intercode-bash", client=served, data_path=str(files / "mine.json"), preprocess=lambda record: [])


def test_python_in_the_loop_of_intercode(served, files):
    env = PythonEnv("intercode-python", client=served, data_path=str(files / "ic_mbpp.json"), is_agent=True)
    env.reset(0)
    assert env.step("6 * 7") == ({"output": "42\n", "error": ""}, 0, False, {ACTION_EXEC: True})
    observation, _, _, info = env.step("1 / 0")
    assert observation == {"error": "Error: division by zero"} and not info[ACTION_EXEC]
    env.step("def wrong(x):\n    return x")
    _, reward, _, info = env.step("submit wrong")
    assert reward == 0 and info["submitted_function"] == "wrong"
    assert [len(answer["error"]) > 0 for answer in info[AGENT_OBS].values()] == [True, True]
    env.step("def twice(x):\n    return x + x")
    env.step("def other(x):\n    return 0")
    _, reward, done, info = env.step("submit twice")
    assert (reward, done) == (1, True)
    assert info[AGENT_OBS] == {test: {"output": "", "error": ""} for test in PYTHON[0]["tests"]}
    # The tests ran elsewhere.
    assert "double" in env.step("double")[0]["error"]
    env.close()


def test_a_function_from_the_terminal(served, files, monkeypatch):
    lines = iter(["    y = 2 * x", "    return y", ""])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    env = PythonEnv("intercode-python", client=served, data_path=str(files / "ic_mbpp.json"))
    env.reset(0)
    env.step("def twice(x):")
    assert env.step("submit twice")[1] == 1
    env.close()


def test_sql(served, tmp_path):
    page = served.tasks("sql-v1", limit=1)
    (tmp_path / "sql.json").write_text(json.dumps([{"query": page.tasks[0].instruction}]))
    # The built-in tasks are on SQLite here, which needs no database server.
    env = SqlEnv("docker-env-sql", client=served, data_path=str(tmp_path / "sql.json"), dataset="built-in")
    env.reset(0)
    assert env.gold == "N/A"
    assert env.step("SELECT 1, 'a', NULL, 2.5")[0] == [(1, "a", None, 2.5)]
    observation, _, _, info = env.step("SELECT nonsense")
    assert observation.startswith("Error executing query: ") and not info[ACTION_EXEC]
    assert env.step("submit")[1] == 0
    env.close()


def test_without_data_nothing_is_graded(served):
    env = BashEnv("intercode-bash", client=served)
    assert env.tool_mode
    env.reset()
    assert env.step("echo hi")[0] == "hi\n"
    assert env.step("submit") == ("hi\n", 0, True, {ACTION_EXEC: True})
    env.close()


def test_a_dataset_that_is_another_one(served, tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps([{"query": "Something else."}]))
    env = BashEnv("intercode-bash", client=served, data_path=str(tmp_path / "mine.json"))
    with pytest.raises(stepwell.TaskNotFoundError, match="is not that of"):
        env.reset(0)


def test_the_server_is_found_in_the_environment(served, files, monkeypatch):
    monkeypatch.setenv("STEPWELL_URL", served.url)
    env = BashEnv("intercode-bash", data_path=str(files / "mine.json"))
    env.reset()
    assert env.query_idx in (0, 1)
    env.close()


def test_there_is_no_ctf():
    with pytest.raises(stepwell.StepwellError, match="no CTF environment"):
        CTFEnv("intercode-ctf")


def test_files_of_tasks(tmp_path):
    (tmp_path / "a.csv").write_text("query,gold,n\nfirst,ls,1\nsecond,,2.5\n")
    assert IntercodeDataLoader(str(tmp_path / "a.csv")).data == [
        {"query": "first", "gold": "ls", "n": 1},
        {"query": "second", "n": 2.5},
    ]
    (tmp_path / "a.tsv").write_text("query\tgold\nfirst\tls\n")
    assert IntercodeDataLoader(str(tmp_path / "a.tsv")).get(0) == {"query": "first", "gold": "ls"}
    (tmp_path / "a.json").write_text('{"query": {"0": "first"}, "gold": {"0": NaN}}')
    assert IntercodeDataLoader(str(tmp_path / "a.json")).data == [{"query": "first"}]
    (tmp_path / "b.json").write_text('[{"gold": "ls"}]')
    (tmp_path / "b.txt").write_text("ls")
    refused = [("none.json", OSError, "Invalid file path"), ("b.json", ValueError, "'query'"), ("b.txt", ValueError, "type")]
    for name, kind, message in refused:
        with pytest.raises(kind, match=message):
            IntercodeDataLoader(str(tmp_path / name))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("data/nl2bash/nl2bash_fs_3.json", "nl2bash-fs3"),
        ("ic_spider_dev.json", "spider"),
        ("ic_wikisql_dev.json", "wikisql"),
        ("./data/python/mbpp/ic_mbpp.json", "mbpp"),
        ("mine.csv", "mine"),
    ],
)
def test_datasets_by_file(file, name):
    assert dataset_of(file) == name


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[('people',), (1, None, Decimal('2.50'))]", [("people",), (1, None, Decimal("2.50"))]),
        ("[(datetime.date(2020, 1, 1), -1.5)]", [(datetime.date(2020, 1, 1), -1.5)]),
        ("[(datetime.timedelta(days=-1, seconds=5),)]", [(datetime.timedelta(days=-1, seconds=5),)]),
        ("{'output': 'a\\n', 'error': ''}", {"output": "a\n", "error": ""}),
        ("[(bytearray(b'a'),)]", [(bytearray(b"a"),)]),
        ("None", None),
        ("Error executing query: no", "Error executing query: no"),
        ("__import__('os').getcwd()", "__import__('os').getcwd()"),
        ("[1, open('x')]", "[1, open('x')]"),
        ("", ""),
    ],
)
def test_values_from_their_text(text, value):
    assert value_of(text) == value
