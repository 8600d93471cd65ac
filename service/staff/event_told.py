"""What one event did: which messages it started, and which it stopped; found by leaving it out and looking again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.delivery import LedgerKey
from service.staff.explain import Explanation, SlotSeen, explain_all
from service.staff.replay import Near


class Effect(NamedTuple):
    """One message that would be otherwise without the event, as it really stands."""

    told: Explanation
    slot: SlotSeen


@dataclass(frozen=True, slots=True)
class EventTold:
    """What the event started, and what it stopped, each by when it was due."""

    started: tuple[Effect, ...]
    stopped: tuple[Effect, ...]

    @property
    def went(self) -> int:
        """How many of those that it started went."""
        return sum(each.slot.went is not None for each in self.started)


_Found = dict[tuple[str, LedgerKey], Effect]


def tell(worlds: Iterable[tuple[Near, Near, Near]]) -> EventTold:
    """Return what differs for each subject: as it is, and by the rules alone with the event and without it."""
    started: list[Effect] = []
    stopped: list[Effect] = []
    for real, with_it, without_it in worlds:
        seen, ruled, bare = _slots(real), _slots(with_it), _slots(without_it)
        new = [key for key in ruled if key not in bare or (_goes(ruled[key]) and not _goes(bare[key]))]
        gone = [key for key in bare if _goes(bare[key]) and not (key in ruled and _goes(ruled[key]))]
        started += (seen.get(key, ruled[key]) for key in new)
        stopped += (_as_stopped(key, seen, ruled, bare) for key in gone)
    return EventTold(tuple(sorted(started, key=_by_time)), tuple(sorted(stopped, key=_by_time)))


def _slots(near: Near) -> _Found:
    return {(each.rule.id, slot.key): Effect(each, slot) for each in explain_all(near) for slot in each.slots}


def _goes(effect: Effect) -> bool:
    """Return whether the rules alone would send it, or would have."""
    told, slot = effect
    return slot.would_have is not None or (slot.due > told.at and slot.foreseen is None)


def _as_stopped(key: tuple[str, LedgerKey], seen: _Found, ruled: _Found, bare: _Found) -> Effect:
    """Return it as it stands, where it stands anywhere: one whose start is gone is only in the world without."""
    return seen.get(key) or ruled.get(key) or bare[key]


def _by_time(effect: Effect) -> tuple[object, ...]:
    return (effect.slot.due, effect.told.rule.id, effect.slot.k, effect.slot.recipient)
