"""How property tests run: the same cases every time in `make test`, many new ones in `make soak`. And which fixtures
every test may ask for: servers.

A test that needs at least 500 cases says `@settings(max_examples=max(500, settings().max_examples))`: a plain 500 would
hold `make soak` down to it as well.
"""

import os

from hypothesis import HealthCheck, settings

# No deadline: cores are shared, and a slow machine is not a wrong program.
settings.register_profile("test", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "soak", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))

pytest_plugins = ("tests.servers.fixtures",)
