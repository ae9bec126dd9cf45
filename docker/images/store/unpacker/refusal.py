"""Why an archive is not unpacked."""

import errno

# The disk is full, or this user's share of it.
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
# What the system says of a member that it cannot make: a name that is too long, an owner that cannot be.
_OF_MEMBER = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.EMLINK, errno.ENOENT, errno.EOVERFLOW)


class Refusal(Exception):
    """
    :param code: `archive` (it is at fault), `digest`, `no_space`, `over_cap`, or `failed` (this machine is at fault)
    :param member: name of the member at fault; empty for the archive itself
    """

    def __init__(self, code: str, reason: str, member: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.member = member


def refusal_of(error: OSError, member: str = "") -> Refusal:
    """The refusal for an error of the system."""
    reason = error.strerror or str(error)
    if error.errno in _NO_SPACE:
        return Refusal("no_space", reason, member)
    return Refusal("archive" if member and error.errno in _OF_MEMBER else "failed", reason, member)
