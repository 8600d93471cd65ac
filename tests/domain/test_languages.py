"""Which language somebody gets: theirs, less of theirs, the next wish, the original."""

import pytest

from service.domain.languages import base, chosen, wishes


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ((), ("en",)),
        (("", None), ("en",)),
        (("es-MX",), ("es-MX", "es", "en")),
        (("zh-Hant-TW", "de"), ("zh-Hant-TW", "zh-Hant", "zh", "de", "en")),
        (("en-GB", "es"), ("en-GB", "en", "es")),
        (("es_MX",), ("es-MX", "es", "en")),
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


@pytest.mark.parametrize(("tag", "language"), [("es-MX", "es"), ("zh-Hant-TW", "zh"), ("EN", "en"), ("", "")])
def test_a_language_is_a_tag_without_its_script_and_region(tag: str, language: str) -> None:
    assert base(tag) == language
