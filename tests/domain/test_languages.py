"""Which language somebody gets: theirs, less of theirs, the next wish, the original."""

import pytest

from service.domain.languages import chosen, wishes


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ((), ("en",)),
        (("", None), ("en",)),
        (("es-MX",), ("es-MX", "es", "en")),
        (("zh-Hant-TW", "de"), ("zh-Hant-TW", "zh-Hant", "zh", "de", "en")),
        (("en-GB", "es"), ("en-GB", "en", "es")),
    ],
)
def test_wishes_go_from_the_narrow_to_the_wide_and_end_with_the_original(
    tags: tuple[str | None, ...], wanted: tuple[str, ...]
) -> None:
    assert wishes(*tags) == wanted


@pytest.mark.parametrize(
    ("wanted", "known", "gets"),
    [
        (("es-MX", "es", "en"), ("en", "es"), "es"),
        (("es-mx", "es"), ("es", "es-MX"), "es-MX"),
        (("de", "en"), ("en", "es"), "en"),
        (("de",), ("es",), "en"),
    ],
)
def test_the_first_wish_that_is_there_is_chosen(wanted: tuple[str, ...], known: tuple[str, ...], gets: str) -> None:
    assert chosen(wanted, known) == gets
