"""The first kith.toml, whatever the owner typed."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith import configfile
from kith.domain.starting import CIRCLES, Login, Start, as_toml

IMAP = Login("imaps://alex%40example.com@imap.example.com", "file:kith.password")
ALEX = Start("Alex Moreau", ("alex@example.com",), "Europe/Paris", IMAP)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


def test_it_is_short_and_says_only_what_differs_from_the_defaults() -> None:
    lines = [line for line in as_toml(ALEX).splitlines() if line and not line.startswith("#")]
    assert lines == [
        "[owner]",
        'name = "Alex Moreau"',
        'addresses = ["alex@example.com"]',
        'timezone = "Europe/Paris"',
        "[[mailbox]]",
        'name = "personal"',
        'url = "imaps://alex%40example.com@imap.example.com"',
        'password = "file:kith.password"',
        "[circle.family]",
        'every = "2 weeks"',
        "[circle.friends]",
        'every = "2 months"',
        "[circle.mentors]",
        'every = "6 weeks"',
    ]


@given(name=WORDS, circle=WORDS, place=WORDS, user=st.from_regex(r"[a-z\"'\\\\]{1,9}", fullmatch=True))
def test_whatever_is_typed_comes_back_from_a_file_that_loads(name: str, circle: str, place: str, user: str) -> None:
    quoted = user.replace("\\", "\\\\").replace('"', '\\"')
    address = f'"{quoted}"@example.com'
    there = Login("imap://alex@127.0.0.1:1143", f"file:x{place}", tls_ca=place, insecure=True)
    smtp = Login("smtp://alex@smtp.example.com", f"command:x {place}", auth="xoauth2")
    start = Start(name, (address,), "UTC", there, smtp, {**CIRCLES, circle: "3 months"})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "kith.toml"
        path.write_text(as_toml(start), encoding="utf-8")
        config = configfile.load(path, {})
    assert (config.owner.name, config.owner.addresses) == (name, (address,))
    assert (config.mailbox[0].password, config.mailbox[0].tls_ca) == (f"file:x{place}", place)
    assert config.mailbox[0].insecure
    assert config.smtp is not None
    assert (config.smtp.password, config.smtp.auth) == (f"command:x {place}", "xoauth2")
    assert str(config.circle[circle].every) == "3 months"


@pytest.mark.parametrize("line", ['# day = "sunday"', '# time = "18:00"'])
def test_the_examples_in_it_work_without_their_number_sign(tmp_path: Path, line: str) -> None:
    text = as_toml(ALEX).replace("# [digest]", "[digest]").replace(line, line.removeprefix("# "))
    path = tmp_path / "kith.toml"
    path.write_text(text, encoding="utf-8")
    assert configfile.load(path, {}).digest != configfile.load(_written(tmp_path / "other.toml"), {}).digest


def _written(path: Path) -> Path:
    path.write_text(as_toml(ALEX), encoding="utf-8")
    return path
