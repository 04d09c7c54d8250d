"""Locks on open files and folders, which the system drops when their holder ends, however it ends."""

from __future__ import annotations

import sys
from enum import Enum

if sys.platform != "win32":
    import fcntl


class Held(Enum):
    """Who holds a lock: this process, another one, or nobody, where the system or the file system has no locks."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"


def lock(handle: int, *, exclusive: bool) -> Held:
    """Tries to lock what the descriptor belongs to, until it is closed; does not wait.

    An exclusive lock is alone, others are shared. A lock that was held before is replaced.
    """
    if sys.platform == "win32":
        return Held.NOWHERE
    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return Held.ELSEWHERE
    except OSError:  # such as EBADF and ENOLCK on network file systems
        return Held.NOWHERE
    return Held.HERE
