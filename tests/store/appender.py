"""A program to be killed: it appends batches of three and names each once it is committed, until nobody reads on."""

import sys

from service.adapters.store import open_store
from tests.store.samples import NOW, incoming, mentorship, saved

BATCH = 3


def main(url: str, run: str, stop_inside: bool) -> None:
    """Append batches named after the run; `stop_inside` stays in the middle of the first one."""
    store = open_store(url)
    for n in range(1_000_000):
        with store.writing() as transaction:
            key = mentorship(f"m-{n % 7}")
            transaction.append([incoming(f"{run}-{n}-{part}", key) for part in range(BATCH)], NOW)
            if stop_inside:
                transaction.save_subjects([saved(key)])
                print("inside", flush=True)
                sys.stdin.read()
        print(f"{run}-{n}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], stop_inside=sys.argv[3:] == ["inside"])
