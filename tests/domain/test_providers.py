"""Which provider keeps whose mail, and how servers are written."""

import pytest

from kith.configvalues import check_url
from kith.domain import providers
from kith.domain.providers import AOL, FASTMAIL, GMAIL, GMX, GMX_COM, ICLOUD, MICROSOFT_365, OUTLOOK, PROTON, YAHOO


@pytest.mark.parametrize(
    ("address", "provider"),
    [
        ("alex@gmail.com", GMAIL),
        ("Alex@GMAIL.com.", GMAIL),
        ("alex@googlemail.com", GMAIL),
        ("alex@outlook.com", OUTLOOK),
        ("alex@hotmail.co.uk", OUTLOOK),
        ("alex@live.nl", OUTLOOK),
        ("alex@company.onmicrosoft.com", MICROSOFT_365),
        ("alex@fastmail.fm", FASTMAIL),
        ("alex@me.com", ICLOUD),
        ("alex@yahoo.com.br", YAHOO),
        ("alex@aol.de", AOL),
        ("alex@gmx.de", GMX),
        ("alex@gmx.com", GMX_COM),
        ("alex@proton.me", PROTON),
        ("alex@yahoo.co.jp", None),  # another company
        ("alex@live.example.org", None),
        ("alex@example.com", None),
        ("alex@notgmail.com", None),
        ("alex", None),
    ],
)
def test_a_domain_tells_the_provider(address: str, provider: providers.Provider | None) -> None:
    assert providers.of(address) == provider


@pytest.mark.parametrize(
    ("words", "provider"),
    [
        ("gmail", GMAIL),
        (" Google  Workspace ", GMAIL),
        ("Office 365", MICROSOFT_365),
        ("outlook", MICROSOFT_365),  # said of a domain of one's own
        ("fastmail", FASTMAIL),
        ("somebody", None),
    ],
)
def test_a_provider_can_be_named(words: str, provider: providers.Provider | None) -> None:
    assert providers.named(words) == provider


@pytest.mark.parametrize("provider", providers.KNOWN, ids=lambda p: f"{p.name} {p.imap}")
def test_every_provider_has_urls_that_kith_toml_takes_and_a_hint_in_one_sentence(provider: providers.Provider) -> None:
    check_url(providers.with_user(provider.imap, "alex@example.com"), ("imaps", "imap"))
    check_url(providers.with_user(provider.smtp, "alex@example.com"), ("smtps", "smtp"))
    assert provider.hint.startswith((provider.name, "Microsoft"))
    assert not provider.hint.endswith(".")
    assert ". " not in provider.hint
    assert provider.imap.startswith("imaps://") or provider.is_bridge


def test_a_domain_of_ones_own_is_guessed_in_order() -> None:
    assert [(g.imap, g.smtp) for g in providers.guesses("alex@Exämple.org")] == [
        ("imaps://imap.xn--exmple-cua.org", "smtps://smtp.xn--exmple-cua.org"),
        ("imaps://mail.xn--exmple-cua.org", "smtps://mail.xn--exmple-cua.org"),
    ]


@pytest.mark.parametrize(
    ("written", "imap", "smtp"),
    [
        ("imap.example.org", "imaps://imap.example.org", "smtps://smtp.example.org"),
        ("mx.example.org", "imaps://mx.example.org", "smtps://mx.example.org"),
        ("mx.example.org:993", "imaps://mx.example.org:993", "smtps://mx.example.org"),
        ("mx.example.org:143", "imap://mx.example.org:143", "smtps://mx.example.org"),
        ("imap://me%40x@mx.example.org", "imap://mx.example.org", "smtps://mx.example.org"),
        ("imaps://imap.gmail.com", "imaps://imap.gmail.com", GMAIL.smtp),
        ("imap://127.0.0.1:1143", "imap://127.0.0.1:1143", PROTON.smtp),
        ("imap://[::1]:4000", "imap://[::1]:4000", ""),
    ],
)
def test_a_server_is_understood_as_people_write_it(written: str, imap: str, smtp: str) -> None:
    found = providers.at(written)
    assert found is not None
    assert (found.imap, found.smtp) == (imap, smtp)


@pytest.mark.parametrize(
    "written", ["", "no server", "https://example.org", "imap://", "h:port", "imaps://h/path", "maildir:///m", "[::1"]
)
def test_what_is_no_server_is_none(written: str) -> None:
    assert providers.at(written) is None


def test_a_server_on_this_machine_is_a_bridge() -> None:
    assert [bool(f and f.is_bridge) for f in map(providers.at, ("localhost", "127.0.0.1:9", "imap.example.org"))] == [
        True,
        True,
        False,
    ]


def test_a_user_goes_into_a_url_and_comes_out_of_it() -> None:
    url = providers.with_user("imaps://imap.example.org", "älex/1@example.com")
    assert url == "imaps://%C3%A4lex%2F1%40example.com@imap.example.org"
    assert providers.user_in(url) == "älex/1@example.com"
    assert providers.with_user(url, "somebody") == url
    assert (providers.user_in("imap.example.org"), providers.user_in("imap://[")) == ("", "")


def test_each_provider_has_its_own_idea_of_the_user_and_the_password() -> None:
    assert ICLOUD.user_of("alex@me.com") == "alex"
    assert GMAIL.user_of("alex@gmail.com") == "alex@gmail.com"
    assert GMAIL.tidy("abcd efgh ijkl mnop") == "abcdefghijklmnop"
    assert GMX.tidy("a pass phrase") == "a pass phrase"
