"""Coming in to the console, staying, and leaving.

The rules of this file:
- A token is 256 bits of chance; the store keeps its SHA-256, since nobody guesses so many. Every way in begins a new
  one.
- A session ends when its person leaves, when nobody was seen in it for `idle`, after `longest` in any case, and when an
  admin ends it. It is looked up at each request, so that its end is in effect at once, in every process.
- What lets somebody in once is gone when it is first shown, whatever came of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from service.domain.access import EVERY_PROGRAM, ConsoleRole, RoleMap, Viewer, roles_of
from service.domain.calendar import HOUR, MINUTE, Duration, Instant
from service.flow.ports import Action, AuditRow, Clock, Store, Transaction
from service.flow.session_port import Origin, Session

LINK_IS_GOOD_FOR: Final = HOUR
LOGIN_TAKES_AT_MOST: Final = 10 * MINUTE
NAMES_SHOW_FOR: Final = 30 * MINUTE
_SEEN_EVERY: Final = MINUTE
"""How exactly it is known when somebody was last seen; a look at a page is no reason to write each time."""
AT_THIS_MACHINE: Final = "local"
"""Who comes in by a link for nobody in particular: whoever sits at this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Who comes in: `person` is an opaque id, `values` what the provider says of them, `address` one that is theirs."""

    person: str
    name: str = ""
    values: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The sessions of one store. `new_token` returns a secret that nobody guesses, `new_id` a name for a session."""

    store: Store
    clock: Clock
    new_token: Callable[[], str]
    new_id: Callable[[], str]
    roles: RoleMap
    idle: Duration
    longest: Duration

    # Coming in.

    def print_link(self, person: str = AT_THIS_MACHINE) -> str:
        """Return a token that lets one person in, once, as whoever it was printed for. Raises: StoreUnavailable."""
        return self.keep(Origin.LINK, LINK_IS_GOOD_FOR, {"person": person})

    def keep(self, origin: Origin, good_for: Duration, data: Mapping[str, Any]) -> str:
        """Keep what belongs to one way in, and return the token that takes it up. Raises: StoreUnavailable."""
        token = self.new_token()
        with self.store.writing() as transaction:
            transaction.add_ticket(hashed(token), origin, self.clock() + good_for, data)
        return token

    def take_up(self, origin: Origin, token: str) -> Mapping[str, Any] | None:
        """Return what was kept for a token, once; None where it is none, was used, or is too old."""
        with self.store.writing() as transaction:
            return transaction.take_ticket(hashed(token), origin, self.clock())

    def begin(self, origin: Origin, who: Arrival) -> str:
        """Begin a session, and return its token. Raises: StoreUnavailable."""
        token, now = self.new_token(), self.clock()
        with self.store.writing() as transaction:
            session = Session(
                id=self.new_id(),
                origin=origin,
                person=who.person,
                name=who.name,
                values=who.values,
                advisor=transaction.advisor_key(who.address),
                began_at=now,
                seen_at=now,
            )
            transaction.begin_session(hashed(token), session)
            self._note(transaction, Action.SIGNED_IN, session, who.person)
        return token

    def enter_by_link(self, token: str) -> str | None:
        """Return the token of a new session for whoever shows a link's; None where it is none, was used or is old."""
        kept = self.take_up(Origin.LINK, token)
        if kept is None:
            return None
        return self.begin(Origin.LINK, Arrival(person=str(kept.get("person", AT_THIS_MACHINE))))

    def lets_in(self, who: Arrival) -> bool:
        """Return whether there is anything here for somebody from the provider."""
        return bool(roles_of(who.values, self.roles))

    # Staying.

    def find(self, token: str) -> Session | None:
        """Return the session of whoever shows the token, None where it is none or is over. Raises: StoreUnavailable."""
        now = self.clock()
        with self.store.reading() as snapshot:
            session = snapshot.session(hashed(token))
        if session is None or self.is_over(session, now):
            return None
        if now - session.seen_at >= _SEEN_EVERY:
            with self.store.writing() as transaction:
                transaction.see_session(session.id, now)
        return session

    def is_over(self, session: Session, now: Instant) -> bool:
        """Return whether a session's time is over."""
        return now - session.seen_at >= self.idle or now - session.began_at >= self.longest

    def viewer(self, session: Session) -> Viewer:
        """Return who somebody is now: their roles follow from what the provider said of them and today's settings."""
        everything = {EVERY_PROGRAM: frozenset({ConsoleRole.ADMIN})}
        return Viewer(
            person=session.person,
            name=session.name,
            roles=everything if session.origin is Origin.LINK else roles_of(session.values, self.roles),
            advisor=session.advisor,
            unmasked=self.clock() < session.unmasked_until,
        )

    def show_names(self, session: Session, *, shown: bool) -> None:
        """Show names in this session for a while, or no longer. Raises: StoreUnavailable."""
        now = self.clock()
        with self.store.writing() as transaction:
            transaction.unmask_session(session.id, now + NAMES_SHOW_FOR if shown else 0)
            if shown:
                self._note(transaction, Action.NAMES_SHOWN, session, session.person)

    # Leaving.

    def leave(self, session: Session) -> None:
        """End a session, as its person wants. Raises: StoreUnavailable."""
        with self.store.writing() as transaction:
            if transaction.end_session(session.id):
                self._note(transaction, Action.SIGNED_OUT, session, session.person)

    def end(self, id: str, by: str) -> bool:
        """End somebody's session, and return whether there was one. Raises: StoreUnavailable."""
        with self.store.writing() as transaction:
            session = next((each for each in transaction.sessions() if each.id == id), None)
            if session is None or not transaction.end_session(id):
                return False
            self._note(transaction, Action.SESSION_ENDED, session, by)
        return True

    def _note(self, transaction: Transaction, action: Action, session: Session, who: str) -> None:
        detail = {"person": session.person, "by": session.origin.value}
        row = AuditRow(at=self.clock(), who=who, action=action, about=f"sessions/{session.id}", detail=detail)
        transaction.note(row)


def hashed(token: str) -> bytes:
    """Return what the store keeps of a token."""
    return sha256(token.encode(errors="replace")).digest()
