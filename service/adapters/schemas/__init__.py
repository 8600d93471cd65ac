"""Event schemas: what may come in, and the words that rules get from it."""

from service.adapters.schemas.faults import Fault
from service.adapters.schemas.load import SchemaFileError, load_schemas
from service.adapters.schemas.schemas import Schemas, UnknownFields

__all__ = ["Fault", "SchemaFileError", "Schemas", "UnknownFields", "load_schemas"]
