"""A process that has imported all of Intouch and forks it whenever asked: a start takes milliseconds, not seconds.

    python -m tests.faults.nursery

Each line it reads is a JSON object: the command, its environment, and the folder of its failpoints. It answers with
the process id. What it forks is `intouch COMMAND` as ever, but for what only a test may do: it stops at failpoints,
SendGrid is where the test says and has a second to report, after a failure mail rests for a second, and who is idle
looks for news ten times a second.

At a failpoint of which the folder holds a file by that name, the first process that comes by takes the file and waits
until the test takes away `NAME.reached`.
"""

import ctypes
import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from service.adapters.mail import sendgrid
from service.cli import main as intouch
from service.cli import running
from service.domain import channel
from service.domain.calendar import SECOND
from service.flow import work
from service.flow.failpoint import Failpoint
from service.wiring import Installation

LOOK_EVERY_S = 0.005
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def stop_at(folder: Path, at: Failpoint) -> None:
    """Wait, where the folder says so."""
    armed, reached = folder / at, folder / f"{at}.reached"
    try:
        armed.rename(reached)
    except FileNotFoundError:
        return
    reached.write_text(str(os.getpid()))
    while reached.exists():
        time.sleep(LOOK_EVERY_S)


def _become(asked: dict[str, Any]) -> None:
    """Be `intouch COMMAND`, and end with it, or with who asked for it."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    os.environ.update(asked["environment"])
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sendgrid.HOSTS["global"] = asked["sendgrid"]
    sendgrid.SendGridMailer.patience = SECOND
    vars(channel)["_FIRST_REST"] = SECOND
    work.LONGEST_WAIT_S = 0.1
    passing = partial(stop_at, Path(asked["failpoints"]))
    vars(running)["Installation"] = partial(Installation, passing=passing)
    sys.argv = ["intouch", asked["command"]]
    intouch()


def main() -> None:
    """Fork what is asked for, until nobody asks any more; then nothing of it is left."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    children: list[int] = []
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            children.remove(asked["wait"])
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        child = os.fork()
        if not child:
            try:
                _become(asked)
            finally:
                os._exit(70)
        children.append(child)
        print(child, flush=True)
    for each in children:
        os.kill(each, signal.SIGKILL)


if __name__ == "__main__":
    main()
