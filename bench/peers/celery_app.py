"""The job as a Celery project writes it: a task for each event, one transaction each; the same with celery-batches.

CELERY_BROKER and DATABASE say where; with BATCHES set it fetches enough for whole batches.
"""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

import psycopg
from celery import Celery
from celery_batches import Batches, SimpleRequest
from kombu import Queue

from bench.peers.writes import checked, write_many, write_one

BATCH = 500
QUIET_S = 0.05

app = Celery("peer", broker=os.environ["CELERY_BROKER"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_queues=[Queue("tasks", routing_key="tasks", queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue="tasks",
    task_default_exchange="",
    task_default_routing_key="tasks",
    worker_detect_quorum_queues=True,
    worker_prefetch_multiplier=BATCH if os.environ.get("BATCHES") else 64,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    broker_connection_retry_on_startup=True,
)


@cache
def _connection() -> "psycopg.Connection[Any]":
    return psycopg.connect(os.environ["DATABASE"], autocommit=True)


@app.task(name="take")
def take(event: dict[str, Any]) -> None:
    """Keep one event."""
    write_one(_connection(), checked(event))


@app.task(name="take_many", base=Batches, flush_every=BATCH, flush_interval=QUIET_S)
def take_many(requests: Sequence[SimpleRequest]) -> None:
    """Keep what came together; acks_late acknowledges all of it when this returns."""
    write_many(_connection(), [checked(request.args[0]) for request in requests])
