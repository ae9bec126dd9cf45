"""
TRL's real GRPOTrainer on real sandboxes: `python tests/by_hand/trl_training.py [steps]`, with `trl` and `torch` installed.
It needs neither a GPU nor a download: the model is tiny and has random weights. Whole tool calls are tokens of its own, and
it may say nothing else, so that its rollouts act.

Each batch has more rollouts than the server has sandboxes, and the last do not wait: they fail, and must be masked.
"""

import json
import math
import sys
import tempfile
from functools import partial

import torch
from datasets import Dataset
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM, TrainerCallback
from trl import GRPOConfig, GRPOTrainer
from trl.chat_template_utils import qwen3_chat_template

import stepwell
from stepwell.trl import BashEnvironment, SqlEnvironment, outcomes, rows

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 6
GROUP = 6
SANDBOXES = 4
"""Of each of the two environments."""


def call(name, **arguments):
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


ACTIONS = [
    call("query", sql="SELECT name, born FROM author WHERE country = 'Ireland' ORDER BY born"),
    call("query", sql="SELECT name, born FROM author"),
    call("query", sql="SELECT name FROM nowhere"),
    call("run", command="pwd"),
    call("run", command="cat /etc/hostname; false"),
    "Done.",
]
MARKS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]


def made_tokenizer():
    """One token a byte, and one for each action."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE(vocab={letter: at for at, letter in enumerate(alphabet)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens([AddedToken(mark, special=True) for mark in MARKS])
    raw.add_tokens([AddedToken(action, normalized=False) for action in ACTIONS])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = qwen3_chat_template
    return tokenizer


class Shown(TrainerCallback):
    """A line for each step."""

    columns = (
        ("reward", "reward"),
        ("rewards/SqlEnvironment/mean", "sql"),
        ("rewards/BashEnvironment/mean", "bash"),
        ("stepwell/masked", "masked"),
        ("stepwell/success", "success"),
        ("stepwell/turns", "turns"),
        ("stepwell/queue_ms", "queue_ms"),
        ("stepwell/grade_ms", "grade_ms"),
        ("tools/call_frequency", "calls"),
        ("tools/failure_frequency", "failed_calls"),
        ("loss", "loss"),
        ("grad_norm", "grad_norm"),
        ("step_time", "step_s"),
    )

    def __init__(self):
        self.history = []

    def on_log(self, args, state, control, logs=None, **_):
        if "reward" not in logs:
            return
        self.history.append(logs)
        shown = [f"{name}={logs[key]:.3f}" for key, name in self.columns if logs.get(key) is not None]
        print(f"step {state.global_step}: " + " ".join(shown), flush=True)


def main():
    torch.manual_seed(7)
    tokenizer = made_tokenizer()
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = Qwen3Config(
        vocab_size=len(tokenizer), num_key_value_heads=2, head_dim=8, max_position_embeddings=8192,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, **sizes,
    )  # fmt: skip
    model = Qwen3ForCausalLM(config)
    said = {tokenizer.convert_tokens_to_ids(token) for token in (*ACTIONS, "<|im_end|>")}
    silent = [token for token in range(len(tokenizer)) if token not in said]

    pool = {"bash-v1": SANDBOXES, "sql-v1": SANDBOXES}
    with stepwell.serve(runtime="local", pool=pool, pool_max=2 * SANDBOXES, log_level="error") as server:
        options = {"url": server.url, "max_turns": 4, "queue_timeout_ms": 0}
        tasks = [
            next(row for row in rows("sql-v1", url=server.url) if row["task"] == "library-irish-authors"),
            rows("bash-v1", url=server.url, limit=1)[0],
        ]
        shown = Shown()
        with tempfile.TemporaryDirectory() as folder:
            trainer = GRPOTrainer(
                model=model,
                processing_class=tokenizer,
                reward_funcs=outcomes,
                environment_factory={
                    "sql-v1": partial(SqlEnvironment, **options),
                    "bash-v1": partial(BashEnvironment, **options),
                },
                train_dataset=Dataset.from_list(tasks * STEPS),
                callbacks=[shown],
                args=GRPOConfig(
                    output_dir=folder,
                    use_cpu=True,
                    max_steps=STEPS,
                    per_device_train_batch_size=2 * GROUP,
                    num_generations=GROUP,
                    max_completion_length=384,
                    max_tool_calling_iterations=3,
                    learning_rate=3e-2,
                    temperature=1.0,
                    shuffle_dataset=False,
                    logging_steps=1,
                    report_to="none",
                    save_strategy="no",
                    disable_tqdm=True,
                    generation_kwargs={"suppress_tokens": silent},
                ),
            )
            trainer.train()
        columns = trainer._logs["extra"]
        print("rollouts of the last step, as TRL's table of completions has them:")
        for task, reward, failure in zip(columns["task"], columns["reward"], columns["failure"], strict=True):
            print(f"  task={task} reward={reward} failure={failure}")
    masked = [logs["stepwell/masked"] for logs in shown.history]
    rewards = [logs.get("rewards/SqlEnvironment/mean") or 0.0 for logs in shown.history]
    assert len(shown.history) == STEPS and all(math.isfinite(logs["loss"]) for logs in shown.history)
    assert all(share > 0 for share in masked), "the rollouts without a sandbox were not masked"
    assert any(reward > 0 for reward in rewards), "no rollout got a reward"


main()
