"""The names that schemas offer: events and gates from the catalogue, the rest from a rule set."""

from dataclasses import dataclass

from service.adapters.rulebook.vocabulary import PROGRAM_ENDS, RECIPIENTS
from service.domain.catalogue import Catalogue
from service.domain.rules import DATE_PREFIX, PICKS, STAFF_PREFIX, RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What may be named, each in the order in which it is offered."""

    catalogue: Catalogue
    rules: tuple[str, ...]
    programs: tuple[str, ...]
    messages: tuple[str, ...]
    resources: tuple[str, ...]
    roles: tuple[str, ...]
    dates: tuple[str, ...]
    groups: tuple[str, ...]

    @classmethod
    def of(cls, rule_set: RuleSet) -> "Names":
        """Return the names that the rule set and its catalogue know."""
        programs = rule_set.programs.values()
        return cls(
            catalogue=rule_set.catalogue,
            rules=tuple(rule.id for rule in rule_set.rules),
            programs=tuple(sorted(rule_set.programs)),
            messages=tuple(sorted(rule_set.messages)),
            resources=tuple(sorted(each.slug for each in rule_set.resources)),
            roles=tuple(dict.fromkeys(role for each in programs for role in each.staff)),
            dates=tuple(sorted({PROGRAM_ENDS, *(name for each in programs for name in each.dates)})),
            groups=tuple(sorted({name for each in programs for name in each.groups})),
        )

    @property
    def starts(self) -> tuple[str, ...]:
        return (*self.catalogue.types, *(f"{DATE_PREFIX}{name}" for name in self.dates))

    @property
    def recipients(self) -> tuple[str, ...]:
        return (*RECIPIENTS, *(f"{STAFF_PREFIX}{role}" for role in self.roles))

    @property
    def carried(self) -> tuple[str, ...]:
        return (*self.resources, *PICKS)

    @property
    def topics(self) -> tuple[str, ...]:
        fields = (each.fields for each in self.catalogue.things.get("flag", ()))
        return next((named["topics"].values for named in fields if "topics" in named), ())
