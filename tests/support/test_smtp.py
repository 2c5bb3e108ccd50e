"""The tests' own SMTP server does what it was told to do."""

import base64
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.certificate import make_certificate
from support.smtp import Accepted, HangUp, SmtpServer

RAW = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: hello\r\n\r\n.dot and caf\xc3\xa9\r\n"
SECONDS = 5


@contextmanager
def _client(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        client.ehlo()
        yield client
    finally:
        client.close()


@pytest.fixture
def start() -> Iterator[Callable[..., SmtpServer]]:
    servers: list[SmtpServer] = []

    def start_one(**options: object) -> SmtpServer:
        servers.append(SmtpServer(**options))
        return servers[-1]

    yield start_one
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def _send(client: smtplib.SMTP) -> None:
    client.sendmail("a@example.com", ["b@example.com", "c@example.com"], RAW)


def test_what_is_accepted_is_kept_byte_for_byte_and_handed_on(smtp: SmtpServer) -> None:
    handed: list[Accepted] = []
    smtp.deliver = handed.append
    with _client(smtp) as client:
        _send(client)
    assert smtp.messages == [Accepted("a@example.com", ("b@example.com", "c@example.com"), RAW)]
    assert handed == smtp.messages


def test_a_server_without_a_login_offers_none(smtp: SmtpServer) -> None:
    with _client(smtp) as client:
        assert not client.has_extn("auth")


def test_refusals_come_where_they_were_asked_for(smtp: SmtpServer) -> None:
    smtp.refuse_recipient = "451 4.3.0 later"
    with _client(smtp) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        _send(client)
    assert refused.value.recipients["b@example.com"] == (451, b"4.3.0 later")
    smtp.refuse_recipient, smtp.refuse_message = "", "554 5.7.1 no"
    with _client(smtp) as client, pytest.raises(smtplib.SMTPDataError) as no:
        _send(client)
    assert (no.value.smtp_code, smtp.messages) == (554, [])


@pytest.mark.parametrize(("when", "kept"), [(HangUp.BEFORE_DATA, 0), (HangUp.UNANSWERED, 1), (HangUp.SWALLOWED, 0)])
def test_it_hangs_up_where_it_was_asked_to_and_serves_the_next(smtp: SmtpServer, when: HangUp, kept: int) -> None:
    smtp.hang_up = when
    with _client(smtp) as client, pytest.raises(smtplib.SMTPServerDisconnected):
        _send(client)
    assert len(smtp.messages) == kept
    smtp.hang_up = None
    with _client(smtp) as client:
        _send(client)
    assert len(smtp.messages) == kept + 1


def test_login_is_wanted_checked_and_remembered(start: Callable[..., SmtpServer]) -> None:
    server = start(login=("alex", "secret"))
    with _client(server) as client:
        with pytest.raises(smtplib.SMTPSenderRefused):
            _send(client)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("alex", "wrong")
    with _client(server) as client:
        client.login("alex", "secret")
        _send(client)
    assert (server.mechanisms, len(server.messages)) == (["PLAIN"], 1)


@pytest.mark.parametrize(("token", "code"), [("t0ken", 235), ("stale", 535)])
def test_xoauth2_takes_the_token_and_refuses_another(start: Callable[..., SmtpServer], token: str, code: int) -> None:
    server = start(login=("alex", "t0ken"))
    with _client(server) as client:
        words = base64.b64encode(f"user=alex\x01auth=Bearer {token}\x01\x01".encode()).decode()
        answer, _ = client.docmd("AUTH", f"XOAUTH2 {words}")
        if answer == 334:
            answer, _ = client.docmd("")
    assert (answer, server.mechanisms) == (code, ["XOAUTH2"] if code == 235 else [])


def test_starttls_is_wanted_before_a_login(start: Callable[..., SmtpServer], certificate: tuple[Path, Path]) -> None:
    server = start(login=("alex", "secret"), certificate=certificate)
    trust = ssl.create_default_context(cafile=str(certificate[0]))
    with _client(server) as client:
        assert not client.has_extn("auth")
        client.starttls(context=trust)
        client.login("alex", "secret")
        _send(client)
    assert len(server.messages) == 1


def test_implicit_tls_with_a_login(start: Callable[..., SmtpServer], certificate: tuple[Path, Path]) -> None:
    server = start(login=("alex", "secret"), certificate=certificate, implicit_tls=True)
    trust = ssl.create_default_context(cafile=str(certificate[0]))
    with smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=trust) as client:
        client.login("alex", "secret")
        _send(client)
    assert len(server.messages) == 1


def test_a_stopped_server_is_gone_at_once(start: Callable[..., SmtpServer]) -> None:
    server = start()
    with _client(server) as client:
        server.stop()
        server.stop()
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            client.noop()
    with pytest.raises(ConnectionError):
        smtplib.SMTP(server.host, server.port, timeout=SECONDS)
