"""Finds kith.toml, reads it, lets the environment override keys, and says in sentences all that is wrong."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import platformdirs
from pydantic import BaseModel, ValidationError

from kith.config import APP, Config, across
from kith.errors import ConfigError

Problem = tuple[str, str]
"""A key, and what is wrong with it and what would be right."""

SECTIONS = frozenset(Config.model_fields) - {"path"}

NEVER_SHOWN = re.compile(r"password|key|url|extra_forbidden")
"""What is written there may be a secret: in its place, or by a slip of the owner's."""

SHOWN_LENGTH = 60

EXAMPLES = {
    "owner": "a section [owner] with name, addresses and timezone",
    "owner.name": 'name = "Alex Moreau"',
    "owner.addresses": 'addresses = ["alex@example.com"]',
    "owner.timezone": 'timezone = "Europe/Paris"',
    "mailbox": "a section [[mailbox]] with name, url and password",
    "mailbox.name": 'name = "personal"',
    "mailbox.url": 'url = "imaps://alex%40example.com@imap.example.com"',
    "smtp.url": 'url = "smtps://alex%40example.com@smtp.example.com"',
    "smtp.password": 'password = "env:KITH_SMTP_PASSWORD"',
    "circle.every": 'every = "2 months"',
    "tag.every": 'every = "2 months"',
}
"""What is written where something required is missing."""

WORDINGS = {
    "string_type": 'is not text; put it in quotes, as in "…"',
    "string_too_short": "is empty; write a name",
    "too_short": "is empty; name at least one",
    "bool_type": "is neither; write true or false",
    "bool_parsing": "is neither; write true or false",
    "int_type": "is not a number; write it without quotes, as in 7",
    "int_parsing": "is not a whole number; write it as in 7",
    "int_parsing_size": "is too large; write it as in 7",
    "int_from_float": "is not a whole number; write it as in 7",
    "greater_than_equal": "is too small; write {ge} or more",
    "less_than_equal": "is too large; write {le} or less",
    "literal_error": "is not a choice; write {expected}",
    "enum": "is not a choice; write {expected}",
    "tuple_type": 'is not a list; write [ ] around it, as in ["…", "…"]',
    "model_type": "is not a section; write [{where}] and its keys below",
    "dict_type": 'is not a table; write {{ "example.com" = false }}',
}
"""What pydantic's kinds of error are called here; their context fills the braces."""


def find(explicit: str | None, environ: Mapping[str, str]) -> Path:
    """The path of kith.toml: --config, $KITH_CONFIG, ./kith.toml, the platform's config folder.

    Raises ConfigError where none is there.
    """
    asked = explicit or environ.get("KITH_CONFIG")
    if asked:
        return Path(asked).expanduser()
    usual = [Path("kith.toml"), Path(platformdirs.user_config_dir(APP, appauthor=False)) / "kith.toml"]
    for path in usual:
        if path.exists():
            return path
    places = " or ".join(str(p) for p in usual)
    raise ConfigError(f"there is no kith.toml ({places})", "`kith init` makes one; or name one with --config FILE")


def load(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Reads and checks kith.toml. Raises ConfigError with every problem, a line each."""
    written = _read(path)
    said_by: dict[str, str] = {}
    problems = [*_override(written, os.environ if environ is None else environ, said_by), *across(written)]
    try:
        config = Config.model_validate({**written, "path": path.resolve()})
    except ValidationError as error:
        problems += [_problem(e, written) for e in error.errors() if not _is_echo(e)]
    if problems:
        raise ConfigError(_listed(path, problems, said_by), "every key is explained in config/kith.toml of the source")
    return config


def _is_echo(error: Any) -> bool:
    """Whether a list counts as too short only because its elements are wrong, which is told already."""
    return error["type"] == "too_short" and bool(error["input"])


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "name another with --config FILE") from error
    except ValueError as error:  # not TOML, not UTF-8, or a number of thousands of digits
        raise ConfigError(f"{path} is not TOML: {error}", "text values stand in quotes; lists in [ ]") from error


def _listed(path: Path, problems: list[Problem], said_by: Mapping[str, str]) -> str:
    found = dict.fromkeys((where, _variable_behind(where, said_by), said) for where, said in problems)
    lines = [f"  {where}{variable and f' ({variable})'}: {said}" for where, variable, said in found]
    outside = [variable or where.startswith("KITH_") for where, variable, _ in found]
    places = [str(path)] * (not all(outside)) + ["the environment"] * any(outside)
    has = "has" if len(places) == 1 else "have"
    return "\n".join([f"{' and '.join(places)} {has} {len(lines)} problem{'s' * (len(lines) > 1)}:", *lines])


def _variable_behind(where: str, said_by: Mapping[str, str]) -> str:
    """The variable that says what is wrong with a key, or with the list or table it is in; "" for kith.toml itself."""
    while where and _variable(where) not in said_by:
        where = where.rpartition(".")[0]
    return said_by[_variable(where)] if where else ""


def _override(written: dict[str, Any], environ: Mapping[str, str], said_by: dict[str, str]) -> Iterator[Problem]:
    """Puts what KITH_SECTION__KEY says over what is written; gives the variables that fit nowhere.

    said_by: takes, by key, which variable says it.
    """
    for name, value in sorted(environ.items()):
        section, *keys = name.removeprefix("KITH_").lower().split("__")
        if name.startswith("KITH_") and section in SECTIONS and keys and all(keys):
            problem = _put(written, section, keys, _typed(value))
            if problem:
                yield name, problem
            else:
                said_by[_variable(".".join(_place(written, section, keys)))] = name


def _place(written: dict[str, Any], section: str, keys: list[str]) -> list[str]:
    """Where a key is in the words of a problem: in a mailbox, by its name."""
    box, rest = _mailbox(written.get(section), keys) if section == "mailbox" else (None, keys)
    return [section, str(box["name"]), *rest] if box and box.get("name") else [section, *rest]


def _typed(value: str) -> object:
    """A value of the environment: TOML where it is a list, a table, a number or a truth value, else text."""
    try:
        parsed = tomllib.loads(f"v = {value}")["v"]
    except ValueError:
        return value
    return parsed if isinstance(parsed, bool | int | list | dict) else value


def _put(written: dict[str, Any], section: str, keys: list[str], value: object) -> str:
    """Puts a value at its place. The sentence for what is wrong, "" where nothing is."""
    if section == "mailbox":
        here, keys = _mailbox(written.get(section), keys)
        if here is None:
            return "fits no mailbox; write KITH_MAILBOX__NAME__KEY with the name of one"
    else:
        here = written.setdefault(section, {})
    for key in keys[:-1]:
        here = here.setdefault(_spelt(here, key), {}) if isinstance(here, dict) else None
    if not isinstance(here, dict):
        return f"fits nowhere; is {section} a section in kith.toml?"
    here[_spelt(here, keys[-1])] = value
    return ""


def _mailbox(boxes: object, keys: list[str]) -> tuple[Any, list[str]]:
    """The mailbox that a variable means, by its name, by its place from 0, or because it is the only one."""
    found = list(enumerate(boxes)) if isinstance(boxes, list) else []
    if len(keys) == 1:
        return (found[0][1] if len(found) == 1 else None), keys
    wanted = [box for i, box in found if isinstance(box, dict) and keys[0] in (str(i), _variable(box.get("name")))]
    return (wanted[0] if wanted else None), keys[1:]


def _spelt(here: Mapping[str, Any], key: str) -> str:
    """A key as the file spells it: variables have no small letters, and no signs but the underscore."""
    return next((k for k in here if _variable(k) == key), key)


def _variable(name: object) -> str:
    return re.sub(r"\W", "_", str(name)).lower()


def _problem(error: Any, written: Mapping[str, Any]) -> Problem:
    names = _names(error["loc"], written)
    return ".".join(names), _shown(error, names) + _sentence(error, names)


def _names(loc: tuple[str | int, ...], written: Mapping[str, Any]) -> list[str]:
    """Where it is, with a mailbox's own name instead of its number."""
    names = [str(step) for step in loc]
    if loc[0] == "mailbox" and loc[1:]:
        box = written["mailbox"][loc[1]]
        name = box.get("name") if isinstance(box, dict) else None
        names[1] = name if isinstance(name, str) and name else names[1]
    return names


def _shown(error: Any, names: list[str]) -> str:
    """The value, where it is short, plain and no secret."""
    value = error["input"]
    if not isinstance(value, str | int | float) or NEVER_SHOWN.search(f"{names[-1]} {error['type']}"):
        return ""
    if len(names) == 1 or error["type"] in ("model_type", "tuple_type", "dict_type"):
        return ""  # text where a section should be, perhaps a URL with a password in it
    text = repr(value) if not isinstance(value, int) or value.bit_length() < SHOWN_LENGTH else "the number"
    text = text.lower() if isinstance(value, bool) else text  # as TOML writes it
    return f"{text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + '…'} "


def _sentence(error: Any, names: list[str]) -> str:
    kind, section, key = error["type"], names[0], names[-1]
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        example = EXAMPLES.get(f"{section}.{key}" if names[1:] else section, f"a value for {key}")
        return f"is missing; write {example}"
    if kind == "extra_forbidden":
        return _misspelt(section, key, known=list(SECTIONS) if len(names) == 1 else _keys(section))
    if section == "mailbox" and len(names) <= 2 and kind.endswith("_type"):
        return "is written in another way; begin each mailbox with [[mailbox]]"
    wording = WORDINGS.get(kind)
    return wording.format(where=".".join(names), **error.get("ctx", {})) if wording else str(error["msg"])


def _misspelt(section: str, key: str, known: list[str]) -> str:
    close = get_close_matches(key, known, 1)
    what = "section" if section == key else "key"
    hint = f"is it meant to be {close[0]}?" if close else f"there are {', '.join(sorted(known))}"
    return f"is no {what} that Kith knows; {hint}"


def _keys(section: str) -> list[str]:
    """The keys that a section has."""
    model = next((m for m in _models(Config.model_fields[section].annotation)), Config)
    return list(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The sections within a type such as tuple[MailboxSection, ...] or SmtpSection | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inside in get_args(annotation):
        yield from _models(inside)
