"""Codes of problems: the same thing twice."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="The same thing twice",
    codes=(
        Code(
            "duplicate-id",
            "Two rules, or two pauses, have the same id. Give one of them another.",
        ),
        Code(
            "former-id-in-use",
            "An id under `formerly` is that of a rule today, or of another rule's past. An old id has one heir.",
        ),
        Code(
            "duplicate-program",
            "Two files are about one program. Make one of them.",
        ),
        Code(
            "duplicate-delivery",
            "`delivery` stands in two files. Keep one; programs cannot have their own.",
        ),
        Code(
            "duplicate-order",
            "Two resources claim the same place in the catalogue. Give one another number under `order`.",
        ),
    ),
)
