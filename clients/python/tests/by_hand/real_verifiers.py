"""
verifiers itself: `pytest tests/by_hand/real_verifiers.py`, with `verifiers` and `uv` installed. They are too large for CI.
"""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import verifiers.v1 as vf

import stepwell

GOLD = "SELECT name, born FROM author WHERE country = 'Ireland' ORDER BY born"
"""Of the built-in task `library-irish-authors`."""


class Model(ThreadingHTTPServer):
    """An endpoint whose conversations follow scripts: the n-th conversation the n-th script, its turns in order."""

    def __init__(self, scripts):
        super().__init__(("127.0.0.1", 0), Handler)
        self.scripts = list(scripts)
        self.asked = []
        self.talks = {}
        self.lock = threading.Lock()

    def answer(self, session, messages):
        with self.lock:
            script = self.talks.setdefault(session, self.scripts[len(self.talks) % len(self.scripts)])
            self.asked.append(messages)
        return script[sum(message["role"] == "assistant" for message in messages)]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        session = self.headers.get("x-session-id") or str(asked["messages"][:1])
        said = self.server.answer(session, asked["messages"])
        base = {"id": "1", "created": 1, "model": asked["model"]}
        message = {"role": "assistant", "content": said}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        if asked.get("stream"):
            chunk = {**base, "object": "chat.completion.chunk", "usage": None}
            parts = [
                {**chunk, "choices": [{"index": 0, "delta": message, "finish_reason": None}]},
                {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
                {**chunk, "choices": [], "usage": usage},
            ]
            body = "".join(f"data: {json.dumps(part)}\n\n" for part in parts) + "data: [DONE]\n\n"
            kind = "text/event-stream"
        else:
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            body = json.dumps({**base, "object": "chat.completion", "choices": [choice], "usage": usage})
            kind = "application/json"
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def play(server, monkeypatch):
    """Run the task `library-irish-authors` against scripts, by the names that a configuration has."""
    monkeypatch.setenv("STEPWELL_TEST_KEY", "none")

    def run(scripts, prepare=None, **config):
        model = Model(scripts)
        thread = threading.Thread(target=model.serve_forever, daemon=True)
        thread.start()
        client = {"base_url": f"http://127.0.0.1:{model.server_address[1]}/v1", "api_key_var": "STEPWELL_TEST_KEY"}
        taskset = {"id": "stepwell-verifiers", "environment": "sql-v1", "url": server.url}
        kind = vf.env_config_type("stepwell-verifiers")
        agent = {"runtime": {"type": "subprocess"}}
        env = vf.load_environment(kind(taskset=taskset, agent=agent, max_concurrent_agents=None, **config))
        (task,) = env.taskset.include(names=["library-irish-authors"])

        async def episode():
            async with env.serving():
                if prepare is not None:
                    prepare(env)
                ctx = vf.ModelContext(client=vf.EvalClientConfig(**client), model="scripted", sampling=vf.SamplingConfig())
                return await env.run_slot(*env.slots(task), ctx)

        try:
            return asyncio.run(episode()), model
        finally:
            model.shutdown()
            model.server_close()
            thread.join()

    return run


def test_an_attempt_by_name(play):
    script = ["Let me look.\n```sql\nSELECT count(*) FROM author\n```", f"submit\n```sql\n{GOLD}\n```"]
    episode, model = play([script])
    assert episode.ok, episode.errors or [trace.errors for trace in episode.traces]
    (trace,) = episode.traces
    assert trace.reward == 1.0 and trace.metrics["success"] == 1.0 and trace.metrics["turns"] == 2.0
    roles = [[message["role"] for message in messages] for messages in model.asked]
    assert roles == [["system", "user"], ["system", "user", "assistant", "user"]]
    assert "SQL" in model.asked[0][0]["content"] and "Ireland" in str(model.asked[0][1]["content"])
    assert trace.task.key == "sql-v1/built-in/library-irish-authors"


def test_what_is_left_is_submitted_when_turns_are_over(play):
    episode, _ = play([["SELECT 1", GOLD]], reset={"max_turns": 2})
    assert [trace.reward for trace in episode.traces] == [1.0]


def test_rewards_of_a_group_are_recorded(play):
    rewards = {
        "relative": {"fn": "stepwell.verifiers.attempt:relative", "weight": 0.5},
        "shortest": {"fn": "stepwell.verifiers.attempt.shortest"},
    }
    scripts = [[f"submit {GOLD}"], ["SELECT 1", f"submit {GOLD}"], ["submit SELECT 2"], ["submit SELECT 3"]]
    episode, _ = play(scripts, group_size=4, group_rewards=rewards)
    assert episode.ok
    seen = sorted((trace.rewards["stepwell"].score, trace.metrics["turns"], trace.reward) for trace in episode.traces)
    assert seen == [(0.0, 1.0, -0.25), (0.0, 1.0, -0.25), (1.0, 1.0, 2.25), (1.0, 2.0, 1.25)]
    assert {trace.metrics["group_mean"] for trace in episode.traces} == {0.5}
    assert {trace.metrics["group_solved"] for trace in episode.traces} == {1.0}


def test_a_failure_is_an_error_and_no_reward(play):
    def break_second(env):
        begun = []
        reset = env._client.reset

        async def broken(*given, **options):
            begun.append(given)
            if len(begun) == 2:
                raise stepwell.CapacityError("no sandbox became free")
            return await reset(*given, **options)

        env._client.reset = broken

    episode, _ = play([[f"submit {GOLD}"]], prepare=break_second, group_size=2)
    assert not episode.ok
    failed, graded = sorted(episode.traces, key=lambda trace: trace.ok)
    assert failed.last_error.type == "SandboxError" and "capacity" in failed.last_error.message
    assert "stepwell" not in failed.rewards
    assert graded.reward == 1.0 and graded.metrics["group_mean"] == 1.0
