"""
Stepwell's environments for verifiers: the taskset with the id `stepwell-verifiers`. What needs the package `verifiers` is in
`taskset` and `environment`; the package `stepwell_verifiers` gives both their name.
"""

from .attempt import Attempt
from .reply import action_of

__all__ = ["Attempt", "action_of"]
