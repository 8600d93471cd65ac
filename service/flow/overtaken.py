"""Overtaken: what was decided upon is not what the store holds any more."""

from service.flow.accept import StoreUnavailable


class Overtaken(StoreUnavailable):
    """Somebody changed, while we thought, what we thought about. Nothing was kept; do it again."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed what was being checked. It is checked again.", retry_after_s=0.0)
