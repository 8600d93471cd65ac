"""What people do by hand: stop and resume, release and drop what is held, announce a launch, allow an address, let
somebody publish and publish no more.

Each is one transaction, kept with who did it and when, and in effect at the next claim.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from service.domain.calendar import Instant, format_rfc3339
from service.domain.delivery import LedgerKey, Notice
from service.domain.publishers import CredentialKind
from service.flow.brake_port import HeldNotice, Scope, Stop, scope_in_words
from service.flow.outbound import Sent
from service.flow.ports import Action, AuditRow, EmailRow, EmailState, KnownPublisher, SubjectKey, Transaction

MOST_AT_ONCE = 100_000
"""How many held notices one command releases or drops."""


def held_id(held: HeldNotice) -> str:
    """Return a short name for a held notice, the same every time it is asked for."""
    return sha256(repr((held.program, *held.candidate.key)).encode()).hexdigest()[:10]


def stop(transaction: Transaction, scope: Scope, name: str, by: str, now: Instant) -> bool:
    """Stop mail from the next claim on, and return whether it was not stopped before."""
    stopped = transaction.stop(Stop(scope=scope, name=name, at=now, by=by))
    if stopped:
        _note(transaction, Action.MAIL_STOPPED, scope_in_words(scope, name), by, now, _program(scope, name))
    return stopped


def resume(transaction: Transaction, scope: Scope, name: str, by: str, now: Instant) -> bool:
    """End a stop, and return whether there was one. What its time has passed by meanwhile stays unsent."""
    resumed = transaction.resume(scope, name)
    if resumed:
        transaction.plan_waiting(scope, name, now)
        _note(transaction, Action.MAIL_RESUMED, scope_in_words(scope, name), by, now, _program(scope, name))
    return resumed


def release(transaction: Transaction, rule: str, only: Sequence[str], by: str, now: Instant) -> int:
    """Let held notices of a rule go, all or `only` those with these ids, and return how many.

    Releasing all says that the rule is as it should be: its changes so far are braked no longer.
    """
    chosen = _chosen(transaction, rule, only)
    for program, keys in _by_program(chosen).items():
        transaction.release(program, keys, now)
    # Their time runs again from now on, so each is decided anew, with its gates as they are.
    transaction.check_soon({SubjectKey(each.program, each.candidate.subject) for each in chosen})
    transaction.plan_waiting(Scope.RULE, rule, now)
    if not only:
        transaction.trust(rule, now, by)
    _note(transaction, Action.HELD_RELEASED, f"rule {rule}", by, now, notices=len(chosen))
    return len(chosen)


def drop(transaction: Transaction, rule: str, only: Sequence[str], by: str, now: Instant) -> int:
    """See to it that held notices of a rule are never sent, all or `only` those with these ids; return how many."""
    chosen = _chosen(transaction, rule, only)
    for each in chosen:
        transaction.drop(_dropped(each, by, now))
    for program, keys in _by_program(chosen).items():
        transaction.unhold(program, keys)
    _note(transaction, Action.HELD_DROPPED, f"rule {rule}", by, now, notices=len(chosen))
    return len(chosen)


def _dropped(held: HeldNotice, by: str, now: Instant) -> EmailRow:
    error = f"The safety limit held it, and {by} decided that it should not go."
    notice = Notice(candidate=held.candidate, at=now)
    return EmailRow.of_record(f"dropped-{held_id(held)}", held.program, notice, EmailState.DROPPED, error)


def expect(transaction: Transaction, rule: str, count: int, until: Instant, by: str, now: Instant) -> None:
    """Announce a planned launch: so many notices of the rule go until then without the brake."""
    transaction.expect(rule, count, until)
    detail = {"notices": count, "until": format_rfc3339(until)}
    _note(transaction, Action.LAUNCH_EXPECTED, f"rule {rule}", by, now, "", **detail)


def allow(transaction: Transaction, address: str, by: str, now: Instant) -> bool:
    """Take an address off the list of those that get no mail, and return whether it was on it."""
    allowed = transaction.allow(address)
    if allowed:
        transaction.plan_waiting(Scope.ALL, "", now)
        # Which one it was stays out of the audit: the list would tell it, if anything did.
        _note(transaction, Action.ADDRESS_ALLOWED, "an address", by, now)
    return allowed


def let_publish(transaction: Transaction, known: KnownPublisher) -> bool:
    """Let somebody publish; False where the name is taken by a live one. In effect everywhere within seconds."""
    publisher = known.publisher
    added = transaction.add_publisher(known)
    if added:
        detail = {"sources": publisher.sources, "programs": publisher.programs}
        about = credential_in_words(publisher.kind, publisher.name)
        _note(transaction, Action.KEY_CREATED, about, publisher.created_by, publisher.created_at, "", **detail)
    return added


def keep_publisher(transaction: Transaction, known: KnownPublisher) -> bool:
    """Let somebody publish so and not otherwise, and return whether anything changed: one of their name goes before."""
    publisher = known.publisher
    bounds = publisher.sources, publisher.programs
    for each in transaction.publishers():
        live, held = each.publisher.revoked_at is None, each.publisher
        if live and (held.kind, held.name) == (publisher.kind, publisher.name):
            if each.shown == known.shown and (held.sources, held.programs) == bounds:
                return False
            revoke(transaction, publisher.kind, publisher.name, publisher.created_by, publisher.created_at)
    return let_publish(transaction, known)


def revoke(transaction: Transaction, kind: CredentialKind, name: str, by: str, now: Instant) -> bool:
    """Let somebody publish no more, and return whether they might. In effect everywhere within seconds."""
    revoked = transaction.revoke_publisher(kind, name, by, now)
    if revoked:
        _note(transaction, Action.KEY_REVOKED, credential_in_words(kind, name), by, now)
    return revoked


def credential_in_words(kind: CredentialKind, name: str) -> str:
    """Return `key matching` or `broker user matching`."""
    return f"{kind.replace('-', ' ')} {name}"


def discard_letters(transaction: Transaction, letters: Sequence[Sent], why: str, by: str, now: Instant) -> None:
    """Keep who discards which dead letters, and why. To be committed before they go."""
    named = [{"source": each.source, "id": each.id, "type": each.type} for each in letters]
    about = f"{len(letters)} dead letter{'' if len(letters) == 1 else 's'}"
    _note(transaction, Action.LETTERS_DISCARDED, about, by, now, why=why, letters=named)


def _chosen(transaction: Transaction, rule: str, only: Sequence[str]) -> list[HeldNotice]:
    held = transaction.held_notices(rule, MOST_AT_ONCE)
    return [each for each in held if not only or held_id(each) in only]


def _by_program(held: Iterable[HeldNotice]) -> dict[str, list[LedgerKey]]:
    found: dict[str, list[LedgerKey]] = {}
    for each in held:
        found.setdefault(each.program, []).append(each.candidate.key)
    return found


def _program(scope: Scope, name: str) -> str:
    return name if scope is Scope.PROGRAM else ""


def _note(
    transaction: Transaction, action: Action, about: str, by: str, now: Instant, program: str = "", **detail: object
) -> None:
    transaction.note(AuditRow(at=now, who=by, action=action, about=about, program=program, detail=detail))
