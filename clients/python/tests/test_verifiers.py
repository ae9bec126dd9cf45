"""The parts for verifiers that need no package. `by_hand/real_verifiers.py` plays with verifiers itself."""

import pytest

from stepwell.verifiers import Attempt, action_of
from stepwell.verifiers.attempt import relative, shortest


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        ("I look.\n```bash\nls -la\npwd\n```\nThen more.", {"code": "ls -la\npwd\n"}),
        ("```\na\n```\nor\n```sh\nb\n```", {"code": "b\n"}),
        ("Use `ls` here.\n```\nls | grep '`'\n```", {"code": "ls | grep '`'\n"}),
        ("submit\n```sql\nSELECT 1\n```", {"submit": True, "answer": "SELECT 1"}),
        ("All done.\n**Submit:**\n\n```\n1\n2\n```", {"submit": True, "answer": "1\n2"}),
        ("I would submit this:\n```\nls\n```", {"code": "ls\n"}),
        (" submit 42 ", "submit 42"),
        ("submit", "submit"),
        ("ls -la", "ls -la"),
        ("```\nls", "```\nls"),
    ],
)
def test_replies(reply, action):
    assert action_of(reply) == action


def test_rewards_of_a_group():
    group = [Attempt(reward, reward == 1, turns, [], {}) for reward, turns in [(1, 3), (0, 1), (1, 2), (0, 5)]]
    assert relative(group) == [0.5, -0.5, 0.5, -0.5]
    assert shortest(group) == [0.0, 0.0, 1.0, 0.0]
    assert shortest(group[1:2]) == [0.0]
