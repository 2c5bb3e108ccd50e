"""Where templates come from, and what is said when one is broken."""

import traceback
from collections.abc import Callable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kith.domain.matter import about_what, is_thing
from kith.domain.occasion import first_name, own_line
from kith.domain.plain import one_line, quoted
from kith.domain.reply import HTML_MARK, SENTINEL
from kith.domain.reply_offer import name_in_line
from kith.errors import ConfigError, Internal
from kith.letters import words

BROKEN = (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError)
"""What rendering raises where a template asks for something that cannot be."""

_ENDING, _PLAIN, _HTML = ".j2", ".txt.j2", ".html.j2"

FILTERS = (
    words.add_line, words.born, words.by_name, words.calling, words.callings, words.clock, words.cut, words.day,
    words.dayname, words.foremost, words.href, words.mail_address, words.matter,
    words.no_full_stop, words.number, words.para, words.plural, words.reply_subject, words.sentence, words.series,
    words.starting_big, words.weekday, words.wrap, about_what, first_name, is_thing, name_in_line, one_line,
    quoted,
)  # fmt: skip


def shipped() -> Traversable:
    """The templates that came with Kith: in the wheel, or beside pyproject.toml in a checkout."""
    package = files("kith")
    inside = package / "_data" / "templates"
    if inside.is_dir() or not isinstance(package, Path):
        return inside
    return package.parent.parent / "templates"


class Templates:
    """Renders templates by name, those of override before the shipped ones."""

    def __init__(self, override: Path | None) -> None:
        self._override = override
        self._loader = _Folders(override, shipped())
        self._environment = _environment(self._loader)

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """One template with its values. Raises ConfigError where the owner's own template is broken."""
        try:
            return self._environment.get_template(name).render(values)
        except BROKEN as error:
            raise self._explained(name, error) from error

    def strays(self) -> list[str]:
        """Files of the override folder that no letter will ever use."""
        if self._override is None or not self._override.is_dir():
            return []
        known = {entry.name for entry in shipped().iterdir()}
        return sorted(p.name for p in self._override.iterdir() if p.name.endswith(_ENDING) and p.name not in known)

    def _explained(self, name: str, error: Exception) -> ConfigError | Internal:
        file, line = _place(error)
        said = one_line(getattr(error, "message", None) or str(error)) or type(error).__name__
        if self._override is None or file.parent != self._override:
            return Internal(
                f"the template {name} could not be rendered: {said}", "this is a bug in Kith; please report it"
            )
        where = f"{file}, line {line}" if line else f"{file}"
        return ConfigError(f"the template {where}: {said}", "fix it, or remove the file to get Kith's own back")


def _place(error: Exception) -> tuple[Path, int]:
    """The template and the line where rendering stopped: Jinja2 puts them into the traceback."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return Path(error.filename), error.lineno
    if isinstance(error, _Unreadable):
        return error.file, 0
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(_ENDING)]
    return (Path(frames[-1].filename), frames[-1].lineno or 0) if frames else (Path(), 0)


class _Unreadable(TemplateError):
    """A template that is there and cannot be read."""

    def __init__(self, file: Path, error: Exception) -> None:
        super().__init__(f"it cannot be read ({error})")
        self.file = file


class _Folders(BaseLoader):
    """Looks into the owner's folder, then among the shipped templates.

    Sentences that both kinds of letter share are written once, as say.txt.j2. An HTML template takes
    them as say.html.j2: the same source, compiled with escaping.
    """

    def __init__(self, override: Path | None, own: Traversable) -> None:
        self._override = override
        self._own = own

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002  the signature is Jinja2's
        template: str,
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        for name in (template, template.replace(_HTML, _PLAIN)):
            for folder in (self._override, self._own):
                if folder is not None and name == Path(name).name and (folder / name).is_file():
                    return _read(folder / name), str(folder / name), None
        raise TemplateNotFound(template)


def _read(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _Unreadable(Path(str(file)), error) from error


class _Environment(ImmutableSandboxedEnvironment):
    """Sandboxed, because owners bring templates along and a host runs those of many."""

    def join_path(self, template: str, parent: str) -> str:
        """Keeps plain templates out of HTML ones: Jinja2 trusts what a macro of any template gives."""
        if parent.endswith(_HTML) and not template.endswith(_HTML):
            raise TemplateRuntimeError(f"an HTML template may only use HTML templates: say {_HTML} for {template}")
        return template


def _environment(loader: BaseLoader) -> Environment:
    environment = _Environment(
        loader=loader,
        autoescape=lambda name: name is not None and name.endswith(_HTML),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({function.__name__: function for function in FILTERS})
    environment.globals.update(sentinel=SENTINEL, mark=HTML_MARK, own_line=own_line)
    return environment
