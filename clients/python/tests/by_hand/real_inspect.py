"""Inspect itself: `pytest tests/by_hand/real_inspect.py`, with `inspect-ai` installed. It is too large for CI."""

import asyncio

import inspect_ai
import pytest
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import bash
from inspect_ai.util._sandbox import self_check

from stepwell.inspect.evaluation import samples, stepwell_scorer
from stepwell.inspect.sandbox import StepwellSandbox, StepwellSandboxConfig

# Inspect and its packages warn of each other.
pytestmark = pytest.mark.filterwarnings("default")


def test_inspects_own_checks(server):
    async def check():
        faults = {}
        config = StepwellSandboxConfig(url=server.url)
        for name in self_check.__all__:
            made = await StepwellSandbox.sample_init("check", config, {})
            try:
                await getattr(self_check, name)(made["default"])
            except Exception as fault:
                faults[name] = f"{type(fault).__name__}: {fault}"[:300]
            finally:
                await StepwellSandbox.sample_cleanup("check", config, made, False)
        return len(self_check.__all__), faults

    count, faults = asyncio.run(check())
    assert count > 30
    # It adds a user, and `adduser` finds no /etc/skel in a sandbox of the local engine.
    assert set(faults) <= {"test_exec_as_user"}, faults


def test_an_evaluation(server, tmp_path, monkeypatch):
    # The mock model counts tokens with a table that it downloads.
    monkeypatch.setattr("inspect_ai.model._model.count_text_tokens", len)
    dataset = samples(url=server.url)[:2]
    outputs = [
        ModelOutput.for_tool_call("mockllm/model", "bash", {"command": "echo hi; echo err >&2"}),
        ModelOutput.from_content("mockllm/model", "Done."),
    ]
    task = inspect_ai.Task(dataset=dataset, solver=[use_tools(bash()), generate()], scorer=stepwell_scorer())
    (log,) = inspect_ai.eval(
        task,
        model=get_model("mockllm/model", custom_outputs=outputs * 2),
        log_dir=str(tmp_path),
        display="none",
        max_samples=1,
    )
    assert log.status == "success", log.error
    assert len(log.samples) == 2
    for sample in log.samples:
        (answer,) = [message for message in sample.messages if message.role == "tool"]
        assert "hi" in answer.text and "err" in answer.text
        score = sample.scores["stepwell_scorer"]
        assert 0 <= score.value < 1 and score.metadata["success"] is False
