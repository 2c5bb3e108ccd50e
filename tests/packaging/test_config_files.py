"""config/: the example explains every key and shows the defaults, and the files for servers name what exists."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from kith.config import (
    Config,
    DigestSection,
    MailboxSection,
    OwnerSection,
    ReplySection,
    RhythmSection,
    SmtpSection,
    StoreSection,
    TouchSection,
)
from kith.configfile import load
from kith.errors import ConfigError, LoginRefused, TryLater, UsageError
from support.install import ROOT

EXAMPLE = ROOT / "config" / "kith.toml"
SECTIONS: dict[str, type[BaseModel]] = {
    "owner": OwnerSection,
    "mailbox": MailboxSection,
    "smtp": SmtpSection,
    "digest": DigestSection,
    "touch": TouchSection,
    "circle": RhythmSection,
    "tag": RhythmSection,
    "reply": ReplySection,
    "store": StoreSection,
}
# What everybody writes anew; everything else in the example is a default.
OWN = {"mailbox": {"name", "url", "password"}, "digest": {"to"}}


@pytest.fixture(scope="module")
def example() -> Config:
    return load(EXAMPLE, {})


def _written(section: str) -> set[str]:
    """The keys that the example has in a section, in comments too."""
    keys: set[str] = set()
    here = ""
    for line in EXAMPLE.read_text().splitlines():
        if heading := re.match(r"\[+(\w+)", line):
            here = heading[1]
        elif here == section and (key := re.match(r"(?:# )?(\w+) = ", line)):
            keys.add(key[1])
    return keys


def test_the_example_has_every_section() -> None:
    assert set(SECTIONS) == set(Config.model_fields) - {"path"}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_example_explains_every_key_of_a_section(section: str) -> None:
    known = set(SECTIONS[section].model_fields)
    if section == "tag":
        known -= {"grace"}  # shown with the circles
    assert _written(section) == known


@pytest.mark.parametrize("section", ["digest", "touch", "reply", "store"])
def test_the_example_shows_the_defaults(example: Config, section: str) -> None:
    own = OWN.get(section, set())
    assert getattr(example, section).model_dump(exclude=own) == SECTIONS[section]().model_dump(exclude=own)


def test_the_example_shows_the_defaults_of_a_mailbox(example: Config) -> None:
    shown = example.mailbox[0]
    bare = MailboxSection(name=shown.name, url=shown.url, password=shown.password)
    assert shown.model_dump() == bare.model_dump()


def test_the_letters_of_the_example_go_to_the_first_address(example: Config) -> None:
    assert example.digest.to == example.owner.addresses[0]


@pytest.mark.parametrize("path", ["config/kith.service", "config/compose.yaml", "Dockerfile"])
def test_variables_named_elsewhere_override_real_keys(path: str) -> None:
    for name in re.findall(r"KITH_(\w+?__\w+)", Path(ROOT / path).read_text()):
        section, key = name.lower().split("__")
        assert key in SECTIONS[section].model_fields, name


def test_systemd_does_not_start_again_what_only_the_owner_can_mend() -> None:
    unit = Path(ROOT / "config/kith.service").read_text()
    [codes] = re.findall(r"^RestartPreventExitStatus=(.+)$", unit, re.MULTILINE)
    assert {str(kind.exit_code) for kind in (UsageError, LoginRefused, ConfigError)} <= set(codes.split())
    assert str(TryLater.exit_code) not in codes.split()
