"""When tokens end: those of OAuth are opaque, or JSON Web Tokens, or anything else that lies at their place."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.expiry import expires_at


def token(claims: bytes) -> str:
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.signature"


@pytest.mark.parametrize("more", ["", "a", "bb", "ccc"])
def test_a_json_web_token_says_when_it_ends_whatever_its_length(more: str) -> None:
    assert expires_at(token(f'{{"sub": "{more}", "exp": 1778666400}}'.encode())) == datetime(
        2026, 5, 13, 10, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "claims",
    [b"", b"[1]", b"{}", b'{"exp": "soon"}', b'{"exp": null}', b'{"exp": 1e99}', b'{"exp": NaN}', b"\xff", b"[" * 9000],
)
def test_what_is_no_such_token_tells_nothing(claims: bytes) -> None:
    assert expires_at(token(claims)) is None


@given(st.text() | st.binary().map(token) | st.builds("{}.{}.{}".format, st.text(), st.text(), st.text()))
def test_no_text_breaks_it(text: str) -> None:
    expires_at(text)
