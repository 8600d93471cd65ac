"""The HTTP door: CloudEvents in, problem details out."""

from service.adapters.http.app import create_app
from service.adapters.http.intake import EventReader, Intake
from service.adapters.http.listening import Listening
from service.adapters.http.server import HttpServer
from service.adapters.http.site import create_site

__all__ = ["EventReader", "HttpServer", "Intake", "Listening", "create_app", "create_site"]
