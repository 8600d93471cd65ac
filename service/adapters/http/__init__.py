"""The HTTP door: CloudEvents in, problem details out."""

from service.adapters.http.app import EventReader, Intake, create_app
from service.adapters.http.server import HttpServer

__all__ = ["EventReader", "HttpServer", "Intake", "create_app"]
