"""kith.toml is found, read and checked; every problem is told at once, and no secret is."""

import os
from contextlib import suppress
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith import configfile
from kith.config import Config
from kith.configvalues import is_loopback
from kith.domain.dates import Duration, Unit
from kith.errors import ConfigError
from support.install import ROOT

OWNER = """
[owner]
name = "Alex Moreau"
addresses = ["alex@example.com", "Alex.M@Gmail.com"]
timezone = "Europe/Paris"
"""
MAILBOX = """
[[mailbox]]
name = "personal"
url = "imaps://alex%40example.com@imap.example.com"
password = "env:KITH_IMAP_PASSWORD"
"""
SMTP = """
[smtp]
url = "smtp://alex%40example.com@smtp.example.com:2525"
password = "file:smtp-password"
"""
BASIC = OWNER + MAILBOX

LENGTHS = 'write it like "6 weeks", "2 months" or "1 year"'


def load(folder: Path, text: str, **environ: str) -> Config:
    file = folder / "kith.toml"
    file.write_text(text, encoding="utf-8")
    return configfile.load(file, environ)


def problems(folder: Path, text: str, **environ: str) -> list[str]:
    """The lines that say what is wrong."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **environ)
    assert caught.value.exit_code == 78
    assert caught.value.hint
    heading, *lines = caught.value.message.splitlines()
    outside = [any(name in line for name in environ) for line in lines]
    places = [str(folder / "kith.toml")] * (not all(outside)) + ["the environment"] * any(outside)
    assert heading.startswith(f"{' and '.join(places)} {'has' if len(places) == 1 else 'have'} {len(lines)} problem")
    return [line.strip() for line in lines]


def test_the_least_there_can_be_loads_with_the_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, BASIC)
    assert (config.mailbox[0].poll, config.mailbox[0].folders, config.mailbox[0].auth) == (300.0, "auto", "password")
    assert (config.digest_to, config.digest.time, config.smtp) == ("alex@example.com", time(7, 30), None)
    assert config.path == tmp_path / "kith.toml"
    assert config.templates == tmp_path / "templates"
    assert config.rhythms.circles == config.rhythms.tags == {}


def test_the_example_loads_as_it_is_explained() -> None:
    config = configfile.load(ROOT / "config" / "kith.toml", {})
    assert (config.owner.name, str(config.owner.timezone)) == ("Alex Moreau", "Europe/Paris")
    assert config.owner.addresses == ("alex@example.com", "alex@work.example")
    assert config.mailbox[0].user == "alex@example.com"
    assert config.rhythms.circles["mentors"].every == Duration(6, Unit.WEEK)
    assert config.rhythms.circles["mentors"].grace == Duration(2, Unit.WEEK)
    assert config.rhythms.tags["family"].grace is None
    assert config.week.weekday == 0


def test_the_parts_of_a_url(tmp_path: Path) -> None:
    text = BASIC.replace("imap.example.com", "[::1]:1143") + SMTP
    config = load(tmp_path, text)
    box, smtp = config.mailbox[0], config.smtp
    assert (box.scheme, box.user, box.host, box.port) == ("imaps", "alex@example.com", "::1", 1143)
    assert smtp
    assert (smtp.scheme, smtp.user, smtp.host, smtp.port) == ("smtp", "alex@example.com", "smtp.example.com", 2525)
    maildir = '[[mailbox]]\nname = "old"\nurl = "maildir:///home/alex/Old%20mail"\n'
    assert load(tmp_path, OWNER + maildir).mailbox[0].path == "/home/alex/Old mail"


def test_addresses_are_compared_as_the_owner_says(tmp_path: Path) -> None:
    assert load(tmp_path, BASIC).owner_keys == {"alex@example.com", "alexm@gmail.com"}
    strict = load(tmp_path, BASIC + "[touch]\ndots_matter = {}\n")
    assert strict.owner_keys == {"alex@example.com", "alex.m@gmail.com"}


@pytest.mark.parametrize("written", ['"07:30"', '"07:30:00"', "07:30:00"])
def test_a_time_of_day_is_text_or_tomls_own(tmp_path: Path, written: str) -> None:
    assert load(tmp_path, f"{BASIC}[digest]\ntime = {written}\n").digest.time == time(7, 30)


def test_where_the_database_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    store = f"{BASIC}[store]\nurl = "
    assert load(tmp_path, BASIC).store_url == f"sqlite:///{tmp_path}/data/kith/kith.db"
    assert load(tmp_path, f'{store}"sqlite:///my.db"').store_url == f"sqlite:///{tmp_path}/my.db"
    assert load(tmp_path, f'{store}"sqlite:///~/my.db"').store_url == f"sqlite:///{tmp_path}/home/my.db"
    assert load(tmp_path, f'{store}"sqlite:////srv/kith/my.db"').store_url == "sqlite:////srv/kith/my.db"
    server = "postgresql+psycopg://kith@db.example.com/kith"
    assert load(tmp_path, f'{store}"{server}"').store_url == server


EVERY_PROBLEM = """
colour: is no section that Kith knows; there are circle, digest, mailbox, owner, reply, smtp, store, tag, touch
digset: is no section that Kith knows; is it meant to be digest?
owner.name: '' is empty; write a name
owner.addresses.0: 'alex' is not a mail address; write it like "alex@example.com"
owner.timezone: 'Paris' is not a time zone; write it like "Europe/Paris"
mailbox.personal: is the name of two mailboxes; give each a name of its own
mailbox.personal.url: begins with none of imaps://, imap://, maildir://; write imaps://USER@HOST, with an @ in USER as %40
mailbox.personal.password: is missing; write for example password = "env:KITH_IMAP_PASSWORD"
mailbox.personal.folders: 'INBOX' is neither "auto" nor a list of folders; write for example ["INBOX", "Sent"]
mailbox.personal.pol: is no key that Kith knows; is it meant to be poll?
mailbox.Personal.password: is not a place to find a secret; write env:NAME, file:PATH, keyring:SERVICE/USER or command:CMD
mailbox.Personal.insecure: true is for servers on this machine only, and imap.example.com is not one; write false
mailbox.Personal.poll: 'soon' is not a length of time; write it like "5 minutes"
digest.day: 'someday' is not a choice; write 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday' or 'sunday'
digest.time: '7.30' is not a time of day; write it like "07:30"
digest.to: 'nobody' is not a mail address; write it like "alex@example.com"
digest.delivery: is "smtp", and there is no [smtp] section; add one, or write "append"
digest.max_people: 0 is too small; write 1 or more
touch.count_cc: 'perhaps' is neither; write true or false
touch.dots_matter: is not a table; write { "example.com" = false }
circle.friends.every: is missing; write every = "2 months"
tag.family.every: 'often' is not a length of time; write it like "6 weeks", "2 months" or "1 year"
reply.receipt: 'sometimes' is not a choice; write 'always', 'problems' or 'never'
store.url: is no database that Kith can use; write sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME
store.key: is not a place to find a secret; write env:NAME, file:PATH, keyring:SERVICE/USER or command:CMD
"""  # noqa: E501 -- a line is a problem


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = """
    colour = "red"
    [owner]
    name = ""
    addresses = ["alex", "alex@example.com"]
    timezone = "Paris"
    [[mailbox]]
    name = "personal"
    url = "imap.example.com"
    folders = "INBOX"
    pol = "5 minutes"
    [[mailbox]]
    name = "Personal"
    url = "imap://alex@imap.example.com"
    password = "hunter2"
    insecure = true
    poll = "soon"
    [digest]
    day = "someday"
    time = "7.30"
    to = "nobody"
    delivery = "smtp"
    max_people = 0
    max_drafts = "3"
    [touch]
    count_cc = "perhaps"
    dots_matter = ["gmail.com"]
    [circle.friends]
    [tag.family]
    every = "often"
    [reply]
    receipt = "sometimes"
    [store]
    url = "mysql://kith:hunter2@db.example.com/kith"
    key = "hunter2"
    [digset]
    """
    assert sorted(problems(tmp_path, text)) == sorted(EVERY_PROBLEM.strip().splitlines())


def test_what_is_required_is_asked_for(tmp_path: Path) -> None:
    assert problems(tmp_path, "") == [
        "owner: is missing; write a section [owner] with name, addresses and timezone",
        "mailbox: is missing; write a section [[mailbox]] with name, url and password",
    ]
    assert problems(tmp_path, "[owner]\n[[mailbox]]\n[smtp]") == [
        'owner.name: is missing; write name = "Alex Moreau"',
        'owner.addresses: is missing; write addresses = ["alex@example.com"]',
        'owner.timezone: is missing; write timezone = "Europe/Paris"',
        'mailbox.0.url: is missing; write url = "imaps://alex%40example.com@imap.example.com"',
        'mailbox.0.password: is missing; write for example password = "env:KITH_IMAP_PASSWORD"',
        'mailbox.0.name: is missing; write name = "personal"',
        'smtp.url: is missing; write url = "smtps://alex%40example.com@smtp.example.com"',
        'smtp.password: is missing; write password = "env:KITH_SMTP_PASSWORD"',
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MAILBOX + "[owner]\nname = 5\naddresses = 'a@b.c'\ntimezone = 1", "owner.name: 5 is not text"),
        (MAILBOX + "[owner]\nname = 'A'\naddresses = 'a@b.c'\ntimezone = 'UTC'", "owner.addresses: is not a list"),
        (MAILBOX + "[owner]\nname = 'A'\naddresses = []\ntimezone = 'UTC'", "owner.addresses: is empty; name at least"),
        (OWNER + "[mailbox]\nname = 'x'", "mailbox: is written in another way; begin each mailbox with [[mailbox]]"),
        ("mailbox = ['x']" + OWNER, "mailbox.0: is written in another way; begin each mailbox with [[mailbox]]"),
        ("mailbox = []" + OWNER, "mailbox: is empty; name at least one"),
        ("smtp = 'x'" + BASIC, "smtp: is not a section; write [smtp] and its keys below"),
        ("path = 'x'" + BASIC, "path: is not a key that Kith knows; take it out"),
        (BASIC + "folders = []", "mailbox.personal.folders: is neither"),
        (BASIC + "folders = [1]", "mailbox.personal.folders: is neither"),
        (BASIC + "exclude = 'Spam'", "mailbox.personal.exclude: is not a list"),
        (BASIC + "poll = '0 minutes'", "mailbox.personal.poll: '0 minutes' is not a length of time"),
        (BASIC + "poll = '²  minutes'", "is not a length of time"),
        (BASIC + f"poll = '{'9' * 400} minutes'", "is not a length of time"),
        (BASIC + "auth = 'oauth'", "mailbox.personal.auth: 'oauth' is not a choice; write 'password' or 'xoauth2'"),
        (BASIC + "[digest]\nmax_people = 7.5", "digest.max_people: 7.5 is not a whole number"),
        (BASIC + "[digest]\nmax_people = 0x" + "f" * 9000, "digest.max_people: the number is too large"),
        (BASIC + "[digest]\nmax_people = 101", "digest.max_people: 101 is too large; write 100 or less"),
        (BASIC + "[digest]\ntime = '07:30+02:00'", "is not a time of day"),
        (BASIC + "[digest]\ntime = '25:00'", "is not a time of day"),
        (BASIC + "[touch]\ncount_cc = 'x'", "touch.count_cc: 'x' is neither; write true or false"),
        (BASIC + "[touch.dots_matter]\n'x.example' = 'x'", "touch.dots_matter.x.example: 'x' is neither"),
        (BASIC + "[circle]\nfriends = 'x'", "circle.friends: is not a section; write [circle.friends]"),
        (BASIC + "[reply]\nauthserv-id = 'x'", "reply.authserv-id: is no key that Kith knows; is it meant to be auths"),
        (BASIC + "[store]\nurl = 'sqlite://'", "store.url: is no database"),
        (BASIC + "[store]\nurl = 'sqlite:///:memory:'", "store.url: is no database"),
        (BASIC + "[store]\nurl = 'sqlite:///file:x?uri=true'", "store.url: is no database"),
        (BASIC + "[store]\nurl = 'postgresql+asyncpg://kith@db/kith'", "store.url: is no database"),
        (BASIC + "[store]\nkey = 'keyring:kith'", "store.key: is not a place"),
    ],
)
def test_one_problem_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in line for line in problems(tmp_path, text)), problems(tmp_path, text)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("imap.example.com", "begins with none of"),
        ("https://alex@imap.example.com", "begins with none of"),
        ("imaps://imap.example.com", "names no user or no host"),
        ("imaps://alex@", "names no user or no host"),
        ("imaps://alex:hunter2@imap.example.com", "holds a password"),
        ("imaps://alex:@imap.example.com", "holds a password"),
        ("imaps://alex:hunter2/@imap.example.com", "is not a URL"),
        ("imaps://alex@imap.example.com:65536", "is not a URL"),
        ("imaps://alex@imap.example.com:hunter2", "is not a URL"),
        ("imaps://alex@imap.example.com:0", "has a port"),
        ("imaps://alex@[imap.example.com", "is not a URL"),
        ("imaps://al%0D%0Aex@imap.example.com", "a character that no server has"),
        ("maildir://home/alex", "names no folder"),
        ("maildir:Mail", "names no folder"),
    ],
)
def test_a_url_that_is_none_is_told_and_not_shown(tmp_path: Path, url: str, said: str) -> None:
    text = BASIC.replace("imaps://alex%40example.com@imap.example.com", url)
    (line,) = problems(tmp_path, text)
    assert line.startswith("mailbox.personal.url: ")
    assert said in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    "slip",
    [
        BASIC.replace("env:KITH_IMAP_PASSWORD", "hunter2"),
        BASIC + 'pasword = "hunter2"',
        BASIC + 'hunter = "hunter2"',
        f'smtp = "smtps://alex:hunter2@smtp.example.com"\n{BASIC}',
        f'mailbox = "imaps://alex:hunter2@imap.example.com"\n{OWNER}',
        f'pass = "hunter2"\n{BASIC}',
        BASIC + "[store]\nkey = 'hunter2'",
        BASIC + "[store]\nurl = 'postgres://kith:hunter2@db/kith'",
        BASIC + "[smtp]\nurl = 'smtps://alex:hunter2@h'\npassword = ['hunter2']",
        BASIC.replace('"env:KITH_IMAP_PASSWORD"', "hunter2"),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path, slip: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, slip)
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, BASIC, KITH_SMTP__URL="smtps://alex:hunter2@h", KITH_STORE__KEY="hunter2")
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("[::1]", True),
        ("LOCALHOST", True),
        ("128.0.0.1", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("[::2]", False),
        ("0.0.0.0", False),
        ("192.168.0.1", False),
    ],
)
def test_only_this_very_machine_may_be_insecure(tmp_path: Path, host: str, loopback: bool) -> None:
    text = f'{OWNER}[[mailbox]]\nname = "b"\nurl = "imap://a@{host}"\npassword = "env:X"\ninsecure = true'
    if loopback:
        assert load(tmp_path, text).mailbox[0].insecure
    else:
        (line,) = problems(tmp_path, text)
        assert line.startswith("mailbox.b.insecure: ")
    assert is_loopback(host.strip("[]").lower()) is loopback


def test_the_environment_overrides_any_key(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        BASIC + SMTP + '[circle.Close-Friends]\nevery = "1 month"\n',
        KITH_OWNER__NAME="Alex",
        KITH_OWNER__ADDRESSES='["a@example.com"]',
        KITH_MAILBOX__PERSONAL__POLL="1 minute",
        KITH_MAILBOX__0__SENT="Gesendet",
        KITH_MAILBOX__DRAFTS="Entwürfe",
        KITH_SMTP__PASSWORD="env:OTHER",
        KITH_DIGEST__MAX_PEOPLE="3",
        KITH_TOUCH__SNIPPETS="false",
        KITH_TOUCH__DOTS_MATTER='{ "example.com" = false }',
        KITH_CIRCLE__CLOSE_FRIENDS__EVERY="2 weeks",
        KITH_TAG__FAMILY__EVERY="3 weeks",
        KITH_STORE__URL="sqlite:////srv/kith.db",
    )
    box = config.mailbox[0]
    assert (config.owner.name, config.owner.addresses) == ("Alex", ("a@example.com",))
    assert (box.poll, box.sent, box.drafts) == (60.0, "Gesendet", "Entwürfe")
    assert config.smtp
    assert config.smtp.password == "env:OTHER"
    assert (config.digest.max_people, config.touch.snippets) == (3, False)
    assert config.touch.dots_matter == {"example.com": False}
    assert config.circle["Close-Friends"].every == Duration(2, Unit.WEEK)
    assert config.tag["family"].every == Duration(3, Unit.WEEK)
    assert config.store_url == "sqlite:////srv/kith.db"


def test_other_variables_mean_nothing(tmp_path: Path) -> None:
    plain = load(tmp_path, BASIC)
    others = {
        "KITH_IMAP_PASSWORD": "x",
        "KITH_CONFIG": "/elsewhere",
        "KITH_LOG__LEVEL": "debug",
        "KITH_PATH__X": "x",
        "KITH_OWNER": "x",
        "KITH_OWNER__": "x",
        "kith_owner__name": "x",
        "OWNER__NAME": "x",
        "XKITH_OWNER__NAME": "x",
    }
    assert load(tmp_path, BASIC, **others) == plain


def test_a_variable_that_fits_nowhere_is_a_problem_of_its_own(tmp_path: Path) -> None:
    second = MAILBOX.replace("personal", "work")
    lines = problems(
        tmp_path,
        BASIC + second,
        KITH_MAILBOX__POLL="1 minute",
        KITH_MAILBOX__OTHER__POLL="1 minute",
        KITH_DIGEST__DYA="monday",
        KITH_OWNER__NAME__FIRST="Alex",
        KITH_DIGEST__MAX_PEOPLE="many",
    )
    assert sorted(lines) == [
        "KITH_MAILBOX__OTHER__POLL: fits no mailbox; write KITH_MAILBOX__NAME__KEY with the name of one",
        "KITH_MAILBOX__POLL: fits no mailbox; write KITH_MAILBOX__NAME__KEY with the name of one",
        "KITH_OWNER__NAME__FIRST: fits nowhere; is owner a section in kith.toml?",
        "digest.dya (KITH_DIGEST__DYA): is no key that Kith knows; is it meant to be day?",
        "digest.max_people (KITH_DIGEST__MAX_PEOPLE): 'many' is not a whole number; write it as in 7",
    ]


def test_a_problem_says_which_variable_makes_it(tmp_path: Path) -> None:
    assert problems(
        tmp_path,
        BASIC + '[digest]\ntime = "late"\n',
        KITH_OWNER__ADDRESSES='["nobody"]',
        KITH_MAILBOX__0__POLL="often",
        KITH_CIRCLE__FRIENDS__EVERY="soon",
    ) == [
        "owner.addresses.0 (KITH_OWNER__ADDRESSES): 'nobody' is not a mail address; write it like \"alex@example.com\"",
        "mailbox.personal.poll (KITH_MAILBOX__0__POLL): 'often' is not a length of time; write it like \"5 minutes\"",
        "digest.time: 'late' is not a time of day; write it like \"07:30\"",
        f"circle.friends.every (KITH_CIRCLE__FRIENDS__EVERY): 'soon' is not a length of time; {LENGTHS}",
    ]


def test_what_is_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not TOML"):
        load(tmp_path, "[owner")
    (tmp_path / "kith.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ConfigError, match="is not TOML"):
        configfile.load(tmp_path / "kith.toml", {})
    with pytest.raises(ConfigError, match="No such file"):
        configfile.load(tmp_path / "other.toml", {})
    with pytest.raises(ConfigError, match="Is a directory"):
        configfile.load(tmp_path, {})


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + BASIC).owner.name == "Alex Moreau"


def test_it_is_looked_for_in_four_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "config" / "kith").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        configfile.find(None, {})
    assert caught.value.exit_code == 78
    (tmp_path / "config" / "kith" / "kith.toml").write_text(BASIC)
    assert configfile.find(None, {}) == tmp_path / "config" / "kith" / "kith.toml"
    (tmp_path / "here" / "kith.toml").write_text(BASIC)
    assert configfile.find(None, {}) == Path("kith.toml")
    assert configfile.find(None, {"KITH_CONFIG": "~/mine.toml"}) == tmp_path / "mine.toml"
    assert configfile.find("other.toml", {"KITH_CONFIG": "mine.toml"}) == Path("other.toml")


@given(
    section=st.sampled_from(sorted(configfile.SECTIONS)),
    key=st.text("abcKEY_09é", min_size=1, max_size=8),
    value=st.text(max_size=40) | st.sampled_from(["[1]", "{a = 1}", "true", "1e400", '"x', "1979-05-27", "9" * 5000]),
    deeper=st.booleans(),
)
def test_no_variable_crashes(section: str, key: str, value: str, deeper: bool) -> None:
    name = "__".join(["KITH_" + section.upper(), key.upper(), *(["X"] if deeper else [])])
    with suppress(ConfigError):
        assert configfile.load(ROOT / "config" / "kith.toml", {name: value}).mailbox


def test_the_real_environment_counts_where_none_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("KITH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KITH_OWNER__NAME", "Sam")
    (tmp_path / "kith.toml").write_text(BASIC)
    assert configfile.load(tmp_path / "kith.toml").owner.name == "Sam"
