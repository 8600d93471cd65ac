"""What pyproject.toml cannot say: with INTOUCH_COMPILE=1, what decides is built as machine code (docs/decisions/0030).

It behaves as it does when Python runs it, about twice as fast. Whatever is not listed here stays Python.
"""

import os
from glob import glob

from setuptools import setup

PLAYED = (
    *("agenda", "judging", "matching", "offers", "office", "program_facts", "program_world"),
    *("shared_plans", "side_by_side", "twins", "world"),
)
"""The modules of `service/staff/` in which a simulation spends its time."""


def compiled() -> list[object]:
    """Return the extension modules, none unless they are asked for: a C compiler is needed."""
    if os.environ.get("INTOUCH_COMPILE") != "1":
        return []
    from mypyc.build import mypycify  # only a build that compiles needs it

    paths = sorted(glob("service/domain/*.py")) + [f"service/staff/{name}.py" for name in PLAYED]
    return list(mypycify(paths, opt_level="2", multi_file=True, only_compile_paths=paths))


setup(ext_modules=compiled())
