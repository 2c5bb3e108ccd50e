"""What is taken for a mail address where somebody writes one, and the link that it makes."""

import pytest

from kith.domain.address import looks_like
from kith.domain.digest import mail_link


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        " maria@example.org ",
        "müller@exämple.org",
        '"john doe"@ex.org',
        '"a@b"@c.org',
        r'"a\"b"@x.org',
        "a@[1.2.3.4]",
    ],
)
def test_an_address_may_have_a_local_part_in_quotes(text: str) -> None:
    assert looks_like(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "@x", "a@", "a b@x", "a@b c", "a@@b", "<a@b>", "a@b,", '"@x', '""@x', '"a" b"@x.org', '"a\nb"@x.org',
        'o"neil@x.org', "john doe@ex.org",
    ],
)  # fmt: skip
def test_what_is_no_address_alone_is_none(text: str) -> None:
    assert not looks_like(text)


def test_a_link_keeps_the_quotes_that_the_address_needs() -> None:
    assert mail_link('"john doe"@ex.org') == "mailto:%22john%20doe%22@ex.org"
    assert mail_link("maria@example.org", "Hi there") == "mailto:maria@example.org?subject=Hi%20there"
