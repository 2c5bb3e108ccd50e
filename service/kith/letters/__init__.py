"""Every letter and draft as subject, text and HTML. Knows Jinja2 and nothing of MIME."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kith.domain.digest import Digest
from kith.domain.occasion import Occasion
from kith.domain.plain import one_line
from kith.domain.receipt import Briefing, Receipt
from kith.errors import ConfigError
from kith.letters import words
from kith.letters.tidy import tidied

if TYPE_CHECKING:
    from kith.letters.templates import Templates

Letter = Digest | Receipt | Briefing | Occasion


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words: the subject is one line, text ends in a newline, html is None for a draft."""

    subject: str
    text: str
    html: str | None


class Letters:
    """Makes letters from values. override is a folder whose templates come before Kith's own.

    Whatever names, subjects and snippets contain, a letter holds no markup, no control character and
    no line break that its template did not write. Every method raises ConfigError where a template
    in override is broken.
    """

    def __init__(self, override: Path | None = None) -> None:
        self._override = override

    @cached_property
    def _templates(self) -> "Templates":
        from kith.letters.templates import Templates  # and Jinja2 with it: most commands write no letter

        return Templates(self._override)

    def digest(self, digest: Digest) -> Rendered:
        """The weekly letter."""
        return self._letter("digest", digest)

    def receipt(self, receipt: Receipt) -> Rendered:
        """What was understood of a reply, and what was not."""
        return self._letter("receipt", receipt)

    def briefing(self, briefing: Briefing) -> Rendered:
        """All that is known about one person."""
        return self._letter("briefing", briefing)

    def draft(self, occasion: Occasion) -> Rendered:
        """A mail for the owner to finish, with a marked place for words of their own.

        Its paragraphs are not wrapped: the owner will edit them.
        """
        name, values = f"draft.{occasion.kind}", _values(occasion)
        return Rendered(self._subject(name, values), self._text(name, values), None)

    def render(self, letter: Letter) -> Rendered:
        """Any of them."""
        return (
            self.draft(letter) if isinstance(letter, Occasion) else self._letter(type(letter).__name__.lower(), letter)
        )

    def check(self) -> list[str]:
        """Renders every letter with sample values; gives what is wrong, in sentences. Empty is well."""
        from kith.letters import samples

        strays = [f"{name} in your templates folder is not the name of a template" for name in self._templates.strays()]
        return strays + sorted({problem for sample in samples.everything() for problem in self._problems(sample)})

    def _problems(self, sample: Letter) -> Iterator[str]:
        try:
            self.render(sample)
        except ConfigError as error:
            yield f"{error.message}; {error.hint}"

    def _letter(self, name: str, letter: Letter) -> Rendered:
        values = _values(letter)
        page = self._templates.render(f"{name}.html.j2", values)
        return Rendered(self._subject(name, values), self._text(name, values), _inlined(page))

    def _subject(self, name: str, values: dict[str, object]) -> str:
        return words.cut(one_line(self._templates.render(f"{name}.subject.j2", values)), words.SUBJECT)

    def _text(self, name: str, values: dict[str, object]) -> str:
        return words.layout(self._templates.render(f"{name}.txt.j2", values))


def _values(letter: Letter) -> dict[str, object]:
    """The fields of a letter by name: what a template sees."""
    clean = tidied(letter)
    return {field.name: getattr(clean, field.name) for field in fields(clean)}


def _inlined(page: str) -> str:
    """A page with its styles on the elements, where mail programs want them; the dark mode stays a rule."""
    import css_inline

    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(page)
