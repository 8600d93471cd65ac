"""Throw-away servers for tests: PostgreSQL, RabbitMQ and Redis from installed programs, one of each for a run.

A test that is marked `servers` asks for `postgresql_url`, `rabbitmq_url` or `redis_url` (`fixtures.py`) and gets a
database, a virtual host or a numbered database that nobody else uses.
"""
