"""What the tests need besides Python: real servers, a real browser, a real editor's language server, Helm.

`python -m tests.equipment` (which `make test` runs first) installs what is missing from Debian where it may, the
npm packages of `tests/editor`, and the programs of `tests/programs.py`; elsewhere it says in one sentence what to
install. It leaves nothing running.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import programs

EDITOR = Path(__file__).parent / "editor"
NO_SERVICES = Path("/usr/sbin/policy-rc.d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program that tests run, where it may be found, and the Debian package that brings it."""

    program: str
    package: str
    places: tuple[str, ...] = ()

    def is_here(self) -> bool:
        """Return whether the program can be run."""
        return bool(shutil.which(self.program) or any(list(Path("/").glob(place)) for place in self.places))


TOOLS = (
    Tool(program="postgres", package="postgresql", places=("usr/lib/postgresql/*/bin/postgres",)),
    Tool(program="rabbitmq-server", package="rabbitmq-server", places=("usr/lib/rabbitmq/bin/rabbitmq-server",)),
    Tool(program="redis-server", package="redis-server"),
    Tool(program="chromium", package="chromium"),
    Tool(program="nginx", package="nginx-light", places=("usr/sbin/nginx",)),
    Tool(program="promtool", package="prometheus"),
    Tool(program="npm", package="npm"),
    Tool(program="curl", package="curl"),
)


def main() -> None:
    """Install what is missing, or leave with a sentence that says what to do."""
    missing = [tool.package for tool in TOOLS if not tool.is_here()]
    if missing:
        _install(missing)
    if _is_stale(EDITOR):
        print("Setting up the editor's language server for the tests (once) ...", flush=True)
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=EDITOR)
    if programs.are_stale():
        print("Fetching Helm and hadolint for the tests (once) ...", flush=True)
        programs.fetch()


def _install(packages: list[str]) -> None:
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        sys.exit(
            f"The tests need {', '.join(packages)}: install them (on Debian: apt-get install {' '.join(packages)}), "
            'or run "make test-embedded", which needs no server, browser, editor or Helm.'
        )
    print(f"Installing {', '.join(packages)} for the tests (once) ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _services_stay_down():
        _run(["apt-get", "update", "-qq"], env=quiet)
        _run(["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages], env=quiet)


@contextmanager
def _services_stay_down() -> Iterator[None]:
    """Keep Debian from starting the servers that it installs: tests start their own, on free ports."""
    own = not NO_SERVICES.exists()
    if own:
        NO_SERVICES.write_text("#!/bin/sh\nexit 101\n", "utf-8")
        NO_SERVICES.chmod(0o755)
    try:
        yield
    finally:
        if own:
            NO_SERVICES.unlink()


def _is_stale(folder: Path) -> bool:
    """Return whether the folder's npm packages are missing or older than its lock file."""
    lock, installed = folder / "package-lock.json", folder / "node_modules/.package-lock.json"
    return lock.exists() and not (installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime)


def _run(command: list[str], cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
    """Run it silently; leave with its own words when it fails."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr or done.stdout}")


if __name__ == "__main__":
    main()
