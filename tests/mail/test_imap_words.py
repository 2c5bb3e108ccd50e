"""What is shown of a server's words, and what they mean."""

import base64
import imaplib

import pytest

from kith.mail.imap_words import forms, is_busy, shown, told

PLAIN = base64.b64encode(b'\0alex\0cor"rect\\horse battery').decode()
SECRET = 'cor"rect\\horse battery'
SECRETS = forms(SECRET, f"\0alex\0{SECRET}", f"user=alex\x01auth=Bearer {SECRET}\x01\x01")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (f"BAD in LOGIN alex {SECRET}", "BAD in LOGIN alex …"),
        ('BAD in LOGIN alex "cor\\"rect\\\\horse battery"', 'BAD in LOGIN alex "…"'),
        ('BAD in "LOGIN alex \\"cor\\\\\\"rect\\\\\\\\horse battery\\""', 'BAD in "LOGIN alex \\"…\\""'),
        ('BAD in LOGIN alex "cor\\"rect\\\\hor', 'BAD in LOGIN alex "…'),
        (f"BAD invalid base64: {PLAIN}", "BAD invalid base64: …"),
        (f"BAD invalid base64: {PLAIN[:20]}... at 20", "BAD invalid base64: …... at 20"),
        (f"BAD invalid base64: {PLAIN[4:]}", "BAD invalid base64: …"),
        (f"BAD {SECRETS[2][:30]}\r\n {SECRETS[2][30:]}", "BAD …"),
        ("NO [AUTHENTICATIONFAILED] wrong password", "NO [AUTHENTICATIONFAILED] wrong password"),
    ],
)
def test_a_secret_is_not_shown_in_any_form_in_which_it_comes_back(said: str, left: str) -> None:
    assert shown(said.encode(), SECRETS) == left


@pytest.mark.parametrize("secret", ["it's", "größe-correct", "a b&c%d", '"\\"', "x", "\\\\\\\\"])
def test_any_secret_is_taken_out(secret: str) -> None:
    sent = f"\0alex\0{secret}"
    encoded = base64.b64encode(sent.encode()).decode()
    assert shown(f"<{secret}> <{encoded}> ok", forms(secret, sent)).endswith("> ok")
    assert shown(f"{secret}|{encoded}", forms(secret, sent)).replace("…", "") == "|"


def test_words_that_are_long_are_cut_and_no_piece_of_a_secret_stands_at_the_end() -> None:
    said = f"{SECRET}\0" * 1000
    assert not any(piece in shown(said, SECRETS) for piece in ("cor", "rect", "horse", "battery"))
    assert len(shown("a" * 10_000)) == 300


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (imaplib.IMAP4.error(b"* BYE Too many connections"), "Too many connections"),
        (
            imaplib.IMAP4.error("LOGIN command error: BAD [b'[CLIENTBUG] it\\'s \\xc3\\xa9 \"x\\\\y\"']"),
            '[CLIENTBUG] it\'s é "x\\y"',
        ),
        (imaplib.IMAP4.error('LOGIN command error: BAD [b"it\'s"]'), "it's"),
        (imaplib.IMAP4.abort("command: LOGIN => [UNAVAILABLE] going down"), "[UNAVAILABLE] going down"),
        (imaplib.IMAP4.abort("unexpected response: b'hello'"), "unexpected response: hello"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
    ],
)
def test_what_a_server_said_is_told_without_what_imaplib_puts_around_it(error: Exception, words: str) -> None:
    assert told(error) == words


@pytest.mark.parametrize(
    ("said", "busy"),
    [
        ("NO [AUTHENTICATIONFAILED] Incorrect username or password. Please try again.", False),
        ("NO [EXPIRED] temporarily, try again", False),
        ("NO [AUTHORIZATIONFAILED] too many", False),
        ("NO [LIMIT] wait", True),
        ("NO [ALERT] [UNAVAILABLE] wait", True),
        ("NO [ALERT] Too many simultaneous connections", True),
        ("NO Server Unavailable. 15", True),
        ("NO [SERVERBUG] Internal error", False),
        ("NO Internal error", False),
    ],
)
def test_a_code_says_more_than_the_words_behind_it(said: str, busy: bool) -> None:
    assert is_busy(said) is busy
