"""Which messages, resources and fixed words there are in which language, among the texts of a rule set.

An original lies in `templates/messages/`, its translation of the same name in `templates/messages/es/`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from service.adapters.templates.tongue import Tongue
from service.adapters.templates.words import WORDS, Words, read_words
from service.domain.languages import ORIGINAL, chosen

MESSAGES: Final = "templates/messages/"
RESOURCES: Final = "templates/resources/"
_MOST_KEPT: Final = 1_000


class Translations:
    """Paths by name and language; they never change. `words` are the installation's, below the texts' own."""

    def __init__(self, texts: Mapping[str, str], words: Mapping[str, Words]) -> None:
        """Raises: RuleAuthorError when fixed words cannot be read."""
        self._paths: dict[tuple[str, str], dict[str, str]] = {}
        for path in texts:
            self._keep(path)
        own = {path[len(WORDS) : -len(".yaml")]: read_words(path, texts[path]) for path in texts if is_words(path)}
        english = {**words.get(ORIGINAL, {}), **own.get(ORIGINAL, {})}
        languages = sorted({ORIGINAL, *words, *own})
        self._tongues: dict[tuple[tuple[str, ...], tuple[str, ...]], Tongue] = {}
        self._words: dict[str, Words] = {
            each: english | {**words.get(each, {}), **own.get(each, {})} for each in languages
        }

    def _keep(self, path: str) -> None:
        folder = next((each for each in (MESSAGES, RESOURCES) if path.startswith(each) and path.endswith(".md")), None)
        if folder is not None and f"/{ORIGINAL}/" not in path:
            language, _, name = path[len(folder) : -len(".md")].rpartition("/")
            self._paths.setdefault((folder, name), {})[language or ORIGINAL] = path

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of all originals in a folder, sorted."""
        return tuple(sorted(name for (of, name), by in self._paths.items() if of == folder and ORIGINAL in by))

    def path(self, folder: str, name: str, language: str) -> str | None:
        """Return where it stands in that language, or None."""
        return self._paths.get((folder, name), {}).get(language)

    def language(self, folder: str, name: str, wanted: Iterable[str]) -> str:
        """Return the first wanted language in which it stands."""
        return chosen(wanted, self._paths.get((folder, name), ()))

    def tongue(self, wanted: tuple[str, ...], messages: tuple[str, ...] = ()) -> Tongue:
        """Return the first wanted language in which there are fixed words and every one of the messages.

        A mail is in one language: half of it in another would be harder to read than all of it.
        """
        if (wanted, messages) not in self._tongues:
            if len(self._tongues) >= _MOST_KEPT:  # browsers may want anything
                self._tongues.clear()
            self._tongues[wanted, messages] = self._tongue(wanted, messages)
        return self._tongues[wanted, messages]

    def _tongue(self, wanted: tuple[str, ...], messages: tuple[str, ...]) -> Tongue:
        known = [each for each in self._words if all(self.path(MESSAGES, name, each) for name in messages)]
        language = chosen(wanted, known)
        return Tongue.of(language, wanted, self._words[language])


def is_words(path: str) -> bool:
    return path.startswith(WORDS) and path.endswith(".yaml")
