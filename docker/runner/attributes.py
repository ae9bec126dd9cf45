"""Extended attributes that are part of a file's state: `user.*`, access control lists, capabilities."""

import errno
import hashlib
import os
from typing import Optional

from budget import Budget

_STATE = ("system.posix_acl_access", "system.posix_acl_default", "security.capability")
_USER = "user."
# The kernel's own attributes of an overlay in a user namespace.
_OVERLAYS = "user.overlay."
_NONE_THERE = (errno.EOPNOTSUPP, errno.ENODATA, errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EPERM, errno.EACCES)


def attributes_digest(folder: int, name: str, budget: Budget) -> Optional[str]:
    """
    SHA-256 in hex of the attributes of `name` in an open folder, without following links; None if it has none. Raises
    `Exceeded` past the budget.
    """
    path = f"/proc/self/fd/{folder}/{name}"
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError as error:
        if error.errno in _NONE_THERE:
            return None
        # More attributes than their list can hold.
        return hashlib.sha256(b"error %d" % (error.errno or 0)).hexdigest()
    wanted = sorted(name for name in names if name in _STATE or is_users(name))
    if not wanted:
        return None
    sha = hashlib.sha256()
    for attribute in wanted:
        budget.look()
        try:
            value = os.getxattr(path, attribute, follow_symlinks=False)
        except OSError as error:
            value = b"error %d" % (error.errno or 0)
        key = os.fsencode(attribute)
        sha.update(b"%d %d\n" % (len(key), len(value)) + key + value)
    return sha.hexdigest()


def is_users(attribute: str) -> bool:
    return attribute.startswith(_USER) and not attribute.startswith(_OVERLAYS)
