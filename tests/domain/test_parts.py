"""Programs fall into parts that share nobody: whoever is joined by a chain of matches stays together."""

from collections import Counter
from random import Random

from service.domain.parts import Kinships, Member, shares


def _pairs(seed: int) -> list[tuple[str, dict[str, object]]]:
    """Return subjects with their events' data: matches among a few people, some without a mentee; ids hold slashes."""
    random = Random(seed)
    people = [f"p-{number}" for number in range(random.randint(4, 14))]
    matches: list[tuple[str, dict[str, object]]] = [
        (f"mentorships/m/{number}", {"mentor_id": random.choice(people), "mentee_id": random.choice([*people, None])})
        for number in range(random.randint(1, 9))
    ]
    return [*matches, *((f"participants/{name}", {}) for name in people)]


def _joined(pairs: list[tuple[str, dict[str, object]]]) -> set[frozenset[str]]:
    """Return the parts by putting sets together until none of them share anybody."""
    sets = [{subject, *(f"participants/{name}" for name in data.values() if name)} for subject, data in pairs]
    parts: list[set[str]] = []
    for each in sets:
        together = [part for part in parts if part & each]
        parts = [part for part in parts if not part & each] + [each.union(*together)]
    return {frozenset(part) for part in parts}


def test_those_whom_a_chain_of_matches_joins_are_one_part_in_any_order() -> None:
    """Mentors with several mentees, mentees matched anew, people in both roles: no part shares anybody with another."""
    for seed in range(200):
        pairs = _pairs(seed)
        assert _found(Random(seed).sample(pairs, len(pairs))) == _joined(pairs), seed


def _found(pairs: list[tuple[str, dict[str, object]]]) -> set[frozenset[str]]:
    kinships, members = Kinships(), set[Member]()
    for subject, data in pairs:
        seen = kinships.see("north", subject, data)
        assert seen == ("north", subject)
        members.add(seen)
    parts: dict[Member, set[str]] = {}
    for member in members:
        parts.setdefault(kinships.part_of(member), set()).add(member[1])
    return set(map(frozenset, parts.values()))


def test_a_program_belongs_to_every_part_and_to_none() -> None:
    """Its events join nobody, and neither do people whom a participant's event names."""
    kinships = Kinships()
    assert kinships.see("north", "programs/north", {"mentor_id": "ann", "mentee_id": "ben"}) is None
    ann = kinships.see("north", "participants/ann", {"mentor_id": "ben"})
    ben = kinships.see("north", "participants/ben", {})
    assert ann is not None
    assert ben is not None
    assert kinships.part_of(ann) != kinships.part_of(ben)


def test_the_same_ids_in_two_programs_are_other_people() -> None:
    """Ann in the north and ann in the south are joined by nothing."""
    kinships = Kinships()
    kinships.see("north", "mentorships/m", {"mentor_id": "ann", "mentee_id": "ben"})
    kinships.see("south", "mentorships/m", {"mentor_id": "ann", "mentee_id": "cy"})
    assert kinships.part_of(("north", "participants/ann")) == kinships.part_of(("north", "participants/ben"))
    assert kinships.part_of(("north", "participants/ann")) != kinships.part_of(("south", "participants/ann"))


def test_shares_take_parts_up_to_their_size_and_never_two_programs() -> None:
    """Parts are packed in order until one more would be too much; one that is too large by itself is a share."""
    sizes = {("a", "1"): 2, ("a", "2"): 3, ("a", "3"): 1, ("a", "4"): 4, ("a", "5"): 9, ("b", "1"): 1, ("b", "2"): 1}
    assert list(shares(sizes, 5)) == [
        [("a", "1"), ("a", "2")], [("a", "3"), ("a", "4")], [("a", "5")], [("b", "1"), ("b", "2")],
    ]  # fmt: skip
    assert list(shares({}, 5)) == []


def test_every_part_is_in_one_share() -> None:
    """Whatever the sizes, each part is in exactly one share, and no share of several is larger than asked."""
    for seed in range(50):
        random = Random(seed)
        sizes = {(random.choice("ab"), str(number)): random.randint(1, 9) for number in range(random.randint(1, 30))}
        made = list(shares(sizes, 10))
        assert Counter(part for share in made for part in share) == Counter(list(sizes)), seed
        assert all(len(share) == 1 or sum(sizes[part] for part in share) <= 10 for share in made), seed
