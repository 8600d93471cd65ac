"""Work in a child of this process: what it breaks is gone with it, and what never ends is ended."""

import os
import pickle
import resource
import signal
import traceback
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

_MOST_MEMORY = 3 * 2**30
"""Of address space, in bytes: a mutant that never stops collecting would take the whole machine along."""
_T = TypeVar("_T")


class Ended(Enum):
    """How a child ended that could not answer."""

    TIMEOUT = "timeout"
    CRASHED = "crashed"


def in_child(work: Callable[[], _T]) -> _T | Ended:
    """Return what the work returns, which must be picklable, or how its process ended otherwise.

    Raises: RuntimeError where the work itself raised.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Ended.TIMEOUT if os.WTERMSIG(status) == signal.SIGVTALRM else Ended.CRASHED
    if status:
        raise RuntimeError("the child says above what went wrong")
    answer: _T = pickle.loads(said)
    return answer


def end_after(cpu_s: float) -> None:
    """End this process once it has worked that long from now on; waiting for other processes does not count."""
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)


def _answer(work: Callable[[], object], writing: int) -> None:
    """Do the work, write what came of it, and leave without what a process does at its end."""
    ended_well = False
    try:
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(), pipe)
        ended_well = True
    except BaseException:  # whatever it was, it must not go on as if it were the parent
        traceback.print_exc()
    finally:
        os._exit(0 if ended_well else 1)
