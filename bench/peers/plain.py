"""A plain loop: pika's generator, micro-batches of 500 or 50 ms of quiet, one transaction and one multiple-ack each.

python -m bench.peers.plain BROKER_URL QUEUE DATABASE_URL
"""

import sys
from typing import Any

import orjson
import pika
import psycopg

from bench.peers.writes import Row, checked, write_many

BATCH = 500
QUIET_S = 0.05


def main(broker: str, queue: str, database: str) -> None:
    """Take in what comes until killed."""
    connection = psycopg.connect(database, autocommit=True)
    channel = pika.BlockingConnection(pika.URLParameters(broker)).channel()
    channel.basic_qos(prefetch_count=2 * BATCH)
    rows: list[Row] = []
    last: Any = None
    for method, _, body in channel.consume(queue, inactivity_timeout=QUIET_S):
        if method is not None:
            rows.append(checked(orjson.loads(body)))
            last = method.delivery_tag
        if rows and (method is None or len(rows) == BATCH):
            write_many(connection, rows)
            channel.basic_ack(last, multiple=True)
            rows = []


if __name__ == "__main__":
    main(*sys.argv[1:])
