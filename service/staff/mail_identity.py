"""Explains whether receivers will believe who mail is from: SPF, DKIM and DMARC, from records that are given.

Source: RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC), RFC 8301 (keys).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from service.staff.mail_records import Records, organization_of, tags

_MOST_LOOKUPS: Final = 10
_LOOKED_UP: Final = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
_SHORT_KEY: Final = 300
"""Characters of a public key: 1024 bits have about 216, 2048 bits about 392."""
_SENDGRID: Final = ".sendgrid.net"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One thing that receivers look at: `passes` is None where it works and had better be otherwise."""

    about: str
    passes: bool | None
    told: str
    todo: str = ""


def _yes(about: str, told: str) -> Sentence:
    return Sentence(about=about, passes=True, told=told)


def _but(about: str, told: str, todo: str = "") -> Sentence:
    return Sentence(about=about, passes=None, told=told, todo=todo)


def _no(about: str, told: str, todo: str) -> Sentence:
    return Sentence(about=about, passes=False, told=told, todo=todo)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Whether a domain that was proved counts as the sender's: the same one (strict), or of one organization."""

    domain: str
    strict: bool

    def holds(self, proved: str) -> bool:
        if self.strict:
            return proved == self.domain
        return organization_of(proved) == organization_of(self.domain)

    @property
    def words(self) -> str:
        return "the very same domain (strict)" if self.strict else "a domain of the same organization (relaxed)"


def explain_identity(records: Records, domain: str, *, sendgrid: bool) -> list[Sentence]:
    """Return what receivers find about mail from this domain, and whether DMARC passes in the end."""
    policy = _policy(records, domain)
    said = tags(policy[0]) if len(policy) == 1 else {}
    spf_fits = Alignment(domain, said.get("aspf") == "s")
    dkim_fits = Alignment(domain, said.get("adkim") == "s")
    spf = list(_sendgrid_spf(records, spf_fits) if sendgrid else _spf(records, domain))
    dkim = list(_sendgrid_dkim(records, dkim_fits) if sendgrid else _dkim(records, dkim_fits))
    dmarc = list(_dmarc(policy, said, domain))
    return [*spf, *dkim, *dmarc, _verdict(spf, dkim, bool(said))]


def _verdict(spf: list[Sentence], dkim: list[Sentence], has_policy: bool) -> Sentence:
    # An SPF record passes or fails as a whole; of DKIM keys, one that is good is enough.
    passed = {"SPF": all(each.passes is not False for each in spf), "DKIM": any(each.passes for each in dkim)}
    proved = [name for name, good in passed.items() if good]
    if not proved:
        told = "Nothing proves to receivers that this mail is yours. It fails DMARC, and much of it will end as spam."
        return _no("verdict", told, "Put SPF or, better, DKIM right first.")
    if not has_policy:
        told = f"{' and '.join(proved)} would carry it, but there is no DMARC record to say so."
        return _no("verdict", told, "Publish a DMARC record.")
    alone = " Mail that is forwarded loses SPF and then fails: get DKIM to pass too." if proved == ["SPF"] else ""
    told = f"DMARC passes by {' and '.join(proved)}.{alone}"
    return _but("verdict", told) if alone else _yes("verdict", told)


# SPF: may this server send for the domain of the envelope?


def _spf(records: Records, domain: str) -> Iterator[Sentence]:
    """Over SMTP the envelope is from the same domain, so SPF is aligned where it passes."""
    found = records.of_kind(domain, "v=spf1")
    if len(found) != 1:
        told = "There is no SPF record" if not found else f"There are {len(found)} SPF records, and receivers take none"
        yield _no("SPF", f"{told} at {domain}.", "Publish one that names your mail server.")
        return
    lookups, unknown = _lookups(records, found[0], {domain})
    ending = found[0].lower().split()[-1]
    if lookups > _MOST_LOOKUPS:
        told = f"SPF asks for {lookups} lookups; beyond {_MOST_LOOKUPS} receivers give up, and it fails for everybody."
        yield _no("SPF", told, "Take out includes that you no longer need.")
    elif ending in ("+all", "all"):
        told = "SPF ends in +all: it lets the whole world send as you."
        yield _no("SPF", told, "End it in ~all or -all.")
    elif ending in ("-all", "~all") or "redirect=" in found[0].lower():
        told = f"SPF is there and asks for {lookups} lookups of {_MOST_LOOKUPS}. See that it names your mail server."
        yield _yes("SPF", told)
    else:
        told = f"SPF says nothing of all other servers (it ends in {ending})."
        yield _but("SPF", told, "End it in ~all or -all.")
    if unknown:
        told = f"Not given, so counted as one lookup each: {', '.join(sorted(unknown))}."
        yield _but("SPF", told, "Add their TXT records to the file for the whole count.")


def _lookups(records: Records, text: str, seen: set[str]) -> tuple[int, set[str]]:
    """Return how many lookups an SPF record costs with all that it includes, and of which nothing was given."""
    total, unknown = 0, set[str]()
    for word in text.lower().split()[1:]:
        mechanism, _, name = word.lstrip("+-~?").replace("=", ":", 1).partition(":")
        if mechanism.partition("/")[0] not in _LOOKED_UP:
            continue
        total += 1
        if mechanism in ("include", "redirect") and name not in seen:
            inner = records.of_kind(name, "v=spf1")
            more, others = _lookups(records, inner[0], seen | {name}) if inner else (0, {name})
            total, unknown = total + more, unknown | others
    return total, unknown


def _sendgrid_spf(records: Records, fits: Alignment) -> Iterator[Sentence]:
    """SendGrid sends with an envelope of its own, or of a name below yours that leads to it by CNAME."""
    names = sorted(name for name, to in records.aliases.items() if to.endswith(_SENDGRID) and "_domainkey" not in name)
    of_ours = [name for name in names if organization_of(name) == organization_of(fits.domain)]
    if not of_ours:
        told = "No name of yours leads to SendGrid by CNAME: the envelope is theirs, and SPF passes for them only."
        yield _no("SPF", told, "Authenticate the domain at SendGrid, and add its CNAMEs.")
    elif any(fits.holds(name) for name in of_ours):
        yield _yes("SPF", f"The envelope is from {of_ours[0]}: {fits.words}, as DMARC asks.")
    else:
        told = f"The envelope is from {of_ours[0]}, and DMARC asks for {fits.words}: SPF does not count."
        yield _no("SPF", told, "Take aspf=s out of the DMARC record, or rest on DKIM.")


# DKIM: is the mail signed by a key of the domain?


def _sendgrid_dkim(records: Records, fits: Alignment) -> Iterator[Sentence]:
    signers = {
        name.partition("._domainkey.")[2]
        for name, to in records.aliases.items()
        if "._domainkey." in name and to.endswith(_SENDGRID)
    }
    ours = sorted(each for each in signers if fits.holds(each))
    if ours:
        yield _yes("DKIM", f"SendGrid signs as {ours[0]}: {fits.words}, as DMARC asks.")
        keys = [name for name, to in records.aliases.items() if name.endswith(f"._domainkey.{ours[0]}")]
        if len(keys) < 2:
            told = "Only one of SendGrid's two DKIM keys leads there: when it changes keys, signing fails."
            yield _but("DKIM", told, "Add both CNAMEs, s1 and s2.")
    elif signers:
        told = f"SendGrid signs as {sorted(signers)[0]}, and DMARC asks for {fits.words}: DKIM does not count."
        yield _no("DKIM", told, f"Authenticate {fits.domain} itself at SendGrid.")
    else:
        told = "No DKIM key of yours leads to SendGrid, so it signs as sendgrid.net: that is not you."
        todo = f"Authenticate {fits.domain} at SendGrid, and add s1._domainkey and s2._domainkey as CNAMEs."
        yield _no("DKIM", told, todo)


def _dkim(records: Records, fits: Alignment) -> Iterator[Sentence]:
    keys = {
        name: tags(text)
        for name in records.texts.keys() | records.aliases.keys()
        if "._domainkey." in name
        for text in records.of_kind(name, "") if "p=" in text
    }  # fmt: skip
    ours = {name: said for name, said in keys.items() if fits.holds(name.partition("._domainkey.")[2])}
    if not ours:
        told = f"No DKIM key was given of {fits.words}."
        todo = "Let your mail server sign, publish its key, and add SELECTOR._domainkey to the file."
        yield _no("DKIM", told, todo)
        return
    for name, said in sorted(ours.items()):
        key = said.get("p", "").replace(" ", "")
        if not key:
            told = f"The key {name} is revoked: what is signed with it fails."
            yield _no("DKIM", told, "Sign with another selector.")
        elif len(key) < _SHORT_KEY and said.get("k", "rsa") == "rsa":
            told = f"The key {name} is shorter than 2048 bits."
            yield _but("DKIM", told, "Make a new one of 2048 bits.")
        else:
            yield _yes("DKIM", f"The key {name} is there. See that your server signs with it.")


# DMARC: what shall receivers do with mail that proves nothing?


def _policy(records: Records, domain: str) -> list[str]:
    """Return the DMARC records that count: the domain's own, else its organization's."""
    own = records.of_kind(f"_dmarc.{domain}", "v=dmarc1")
    return own or records.of_kind(f"_dmarc.{organization_of(domain)}", "v=dmarc1")


def _dmarc(found: list[str], said: dict[str, str], domain: str) -> Iterator[Sentence]:
    if len(found) != 1:
        told = "There is no DMARC record" if not found else f"There are {len(found)} DMARC records, and none counts,"
        todo = f'Publish one at _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:dmarc@{domain}" is one to begin with.'
        yield _no("DMARC", f"{told} for {domain}.", todo)
        return
    wanted = said.get("p", "").lower()
    if wanted not in ("none", "quarantine", "reject"):
        told = f"The DMARC record says p={wanted or 'nothing'}, which is no policy."
        yield _no("DMARC", told, "Say p=none, p=quarantine or p=reject.")
    elif wanted == "none":
        told = "DMARC only watches (p=none): who writes in your name is reported and not stopped."
        yield _but("DMARC", told, "When reports look right, say p=quarantine.")
    else:
        yield _yes("DMARC", f"DMARC says p={wanted}.")
    if "rua" not in said:
        told = "Nobody gets DMARC's reports."
        yield _but("DMARC", told, "Add rua=mailto: with an address that somebody reads.")
