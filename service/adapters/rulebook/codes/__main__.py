"""Prints `docs/errors.md`, for `python -m service.adapters.rulebook.codes > docs/errors.md`."""

import sys

from service.adapters.rulebook.codes import page

if __name__ == "__main__":
    sys.stdout.write(page())
