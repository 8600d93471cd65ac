"""What program staff run: they check, test, simulate, explain and preview rules; nothing here sends or stores."""

from service.cli.checking import check
from service.cli.covering import cover
from service.cli.explaining import explain
from service.cli.forecasting import forecast
from service.cli.previewing import preview
from service.cli.schema import schema
from service.cli.simulating import simulate
from service.cli.testing import test

__all__ = ["check", "cover", "explain", "forecast", "preview", "schema", "simulate", "test"]
