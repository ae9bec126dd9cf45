"""Errors between processes: a pool of workers, Gymnasium's AsyncVectorEnv."""

import copy
import pickle

import pytest

import stepwell
from stepwell.errors import remote_error

ERRORS = [
    stepwell.StepwellError("any"),
    stepwell.ClosedError("the client is closed"),
    stepwell.ConnectError("refused", 401),
    stepwell.ConnectionLostError("the connection dropped", "episode/step", 3, may_have_run=False),
    stepwell.DeadlineError("no answer", "episode/reset"),
    stepwell.EpisodeFailedError("sandbox", "sandbox_died", "it died", retryable=True, mask_sample=True),
    remote_error({"code": -32040, "message": "none is free", "data": {"position": 3, "mask_sample": True}}),
    remote_error({"code": -1, "message": "unheard of"}),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_are_the_same_in_another_process(error):
    for same in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(same) is type(error)
        assert (str(same), same.args, vars(same)) == (str(error), error.args, vars(error))
        assert (same.code, same.retryable, same.mask_sample) == (error.code, error.retryable, error.mask_sample)
