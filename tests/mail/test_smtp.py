"""Letters over SMTP, to a real server: how each try ends is a value, and never a guess."""

import base64
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith.domain.outbox import Outcome, Result
from kith.errors import ConfigError
from kith.mail import smtp as sending
from kith.mail.smtp import Relay
from support.certificate import make_certificate
from support.smtp import Accepted, HangUp, SmtpServer

ALEX, KITH = "alex@example.com", "kith@example.com"
RAW = b"From: alex@example.com\r\nTo: alex@example.com\r\nSubject: Your week\r\n\r\nHello.\r\n"
PASSWORD = "hunter2"
THE_PASSWORD = "check the user in `url` of [smtp] and the secret that its `password` points to"

Start = Callable[..., SmtpServer]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def start() -> Iterator[Start]:
    servers: list[SmtpServer] = []

    def start_one(**options: object) -> SmtpServer:
        servers.append(SmtpServer(**options))
        return servers[-1]

    yield start_one
    for server in servers:
        server.stop()


class Scripted:
    """A server that answers word for word: the greeting, then one answer a line; after the last one it hangs up.

    An answer of None hangs up there. What a client says is kept; a message counts as one line, its last.
    """

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = answers
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with self._listener, connection, connection.makefile("rb") as lines:
            in_message = False
            for answer in self.answers:
                if answer is None:
                    return
                connection.sendall(answer + b"\r\n")
                line = lines.readline()
                while in_message and line and line != b".\r\n":
                    line = lines.readline()
                in_message = answer.startswith(b"354")
                self.heard.append(line.rstrip(b"\r\n"))

    def wait(self) -> list[bytes]:
        """What was heard, when the conversation is over."""
        self._thread.join(10)
        return self.heard


def relay(port: int, tls: str = "none", host: str = "127.0.0.1", **options: str) -> Relay:
    password = options.pop("password", PASSWORD)
    return Relay(host=host, port=port, user="alex", tls=tls, secret=lambda: password, **options)


def send(to: Relay, raw: bytes = RAW) -> Outcome:
    return to.send(raw, KITH, ALEX)


def test_an_accepted_letter_arrives_once_and_byte_for_byte(smtp: SmtpServer) -> None:
    assert send(relay(smtp.port)) == Outcome(Result.ACCEPTED)
    assert smtp.messages == [Accepted(KITH, (ALEX,), RAW)]


@pytest.mark.parametrize(
    "body",
    [
        b".\r\n",
        b"..\r\n.\r\n...\r\n",
        b"a\r\n.\r\nb\r\n",
        b".hidden\r\n . shown\r\n\r\n.\r\n\r\n",
        b"x" * 990 + b"\r\n",
        b"",
        b"caf\xc3\xa9 \xff\x00\r\n",
        b"line\r\n" * 20_000,
    ],
)
def test_dots_and_lines_arrive_as_they_are(smtp: SmtpServer, body: bytes) -> None:
    raw = RAW + body
    assert send(relay(smtp.port), raw).result is Result.ACCEPTED
    assert smtp.messages[0].raw == raw


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=20) | st.sampled_from([b".", b"..", b""]), max_size=8))
def test_any_lines_arrive_as_they_are(smtp: SmtpServer, lines: list[bytes]) -> None:
    kept = [re.sub(rb"[\r\n]", b"", line) for line in lines]
    raw = b"Subject: x\r\n\r\n" + b"".join(line + b"\r\n" for line in kept)
    assert send(relay(smtp.port), raw).result is Result.ACCEPTED
    assert smtp.messages[-1].raw == raw


def test_a_letter_without_a_last_line_end_gets_one(smtp: SmtpServer) -> None:
    assert send(relay(smtp.port), RAW[:-2]).result is Result.ACCEPTED
    assert smtp.messages[0].raw == RAW


def test_a_bare_newline_cannot_end_the_letter_early(smtp: SmtpServer) -> None:
    raw = RAW + b"before\n.\nMAIL FROM:<evil@example.com>\n"
    assert send(relay(smtp.port), raw).result is Result.ACCEPTED
    assert len(smtp.messages) == 1
    assert b"MAIL FROM" in smtp.messages[0].raw


@pytest.mark.parametrize(
    ("answer", "result"),
    [("451 4.3.0 later", Result.TRY_AGAIN), ("550 5.1.1 nobody here", Result.REFUSED)],
)
def test_a_refusal_is_for_now_or_for_good_wherever_it_comes(smtp: SmtpServer, answer: str, result: Result) -> None:
    smtp.refuse_recipient = answer
    assert send(relay(smtp.port)) == Outcome(result, answer)
    smtp.refuse_recipient, smtp.refuse_message = "", answer
    assert send(relay(smtp.port)) == Outcome(result, answer)
    assert smtp.messages == []


EHLO = b"250 mx.example.com"
TO_DATA = (b"220 hello", EHLO, b"250 ok", b"250 ok")
BYE = b"221 bye"


@pytest.mark.parametrize(
    ("answers", "result", "said"),
    [
        ((None,), Result.TRY_AGAIN, "it hung up"),
        ((b"554 go away",), Result.TRY_AGAIN, "554"),
        ((b"421 too busy",), Result.TRY_AGAIN, "421"),
        ((b"220 hello", None), Result.TRY_AGAIN, "it hung up"),
        ((b"220 hello", EHLO, b"421 4.7.0 too busy", None), Result.TRY_AGAIN, "421 4.7.0 too busy"),
        ((b"220 hello", EHLO, b"553 5.1.8 not you", None), Result.REFUSED, "553 5.1.8 not you"),
        ((b"220 hello", EHLO, b"530 5.7.0 log in first", BYE), Result.TRY_AGAIN, "530 5.7.0 log in first"),
        ((b"220 hello", EHLO, b"gibberish", BYE), Result.TRY_AGAIN, "the server answered something else"),
        ((b"220 hello", EHLO, b"334 more", BYE), Result.TRY_AGAIN, "the server answered something else"),
        ((b"220 hello", EHLO, None), Result.TRY_AGAIN, "it hung up"),
        ((b"220 hello", EHLO, b"250 ok", b"251 forwarded", b"554 no", BYE), Result.REFUSED, "554 no"),
        ((*TO_DATA, b"452 4.3.1 full", BYE), Result.TRY_AGAIN, "452 4.3.1 full"),
        ((*TO_DATA, b"250 what?", BYE), Result.TRY_AGAIN, "the server answered something else"),
        ((*TO_DATA, None), Result.TRY_AGAIN, "it hung up"),
        ((*TO_DATA, b"354 go on", b"250 ok", BYE), Result.ACCEPTED, ""),
        ((*TO_DATA, b"354 go on", b"250-ok\r\n250 queued as 1", BYE), Result.ACCEPTED, ""),
        ((*TO_DATA, b"354 go on", b"252 probably", BYE), Result.ACCEPTED, ""),
        ((*TO_DATA, b"354 go on", b"250 ok", None), Result.ACCEPTED, ""),
        ((*TO_DATA, b"354 go on", b"250 ok", b"421 I am leaving"), Result.ACCEPTED, ""),
        ((*TO_DATA, b"354 go on", b"250 ok", b"gibberish"), Result.ACCEPTED, ""),
        ((*TO_DATA, b"354 go on", b"451 4.3.0 later", BYE), Result.TRY_AGAIN, "451 4.3.0 later"),
        ((*TO_DATA, b"354 go on", b"554 5.7.1 spam", BYE), Result.REFUSED, "554 5.7.1 spam"),
        ((*TO_DATA, b"354 go on", b"354 go on", BYE), Result.UNKNOWN, "the server answered something else"),
        ((*TO_DATA, b"354 go on", b"gibberish", BYE), Result.UNKNOWN, "the server answered something else"),
        ((*TO_DATA, b"354 go on", b"250 " + b"x" * 9000, BYE), Result.UNKNOWN, "500"),
        ((*TO_DATA, b"354 go on", None), Result.UNKNOWN, "it hung up"),
    ],
)
def test_every_way_a_conversation_can_end(answers: tuple[bytes | None, ...], result: Result, said: str) -> None:
    server = Scripted(*answers)
    outcome = send(relay(server.port))
    assert outcome.result is result
    assert said in outcome.said
    server.wait()


def test_we_do_not_tell_the_name_of_the_machine() -> None:
    server = Scripted(b"220 hello", EHLO, b"550 no", BYE)
    send(relay(server.port))
    assert server.wait() == [b"ehlo [127.0.0.1]", b"mail FROM:<kith@example.com>", b"QUIT", b""]


@pytest.mark.parametrize(
    ("when", "result", "kept"),
    [
        (HangUp.BEFORE_DATA, Result.TRY_AGAIN, 0),
        (HangUp.UNANSWERED, Result.UNKNOWN, 1),
        (HangUp.SWALLOWED, Result.UNKNOWN, 0),
    ],
)
def test_a_line_that_breaks_leaves_the_fate_unknown_only_after_the_last_dot(
    smtp: SmtpServer, when: HangUp, result: Result, kept: int
) -> None:
    smtp.hang_up = when
    outcome = send(relay(smtp.port))
    assert outcome.result is result
    assert len(smtp.messages) == kept
    assert "it hung up" in outcome.said


def test_a_line_that_breaks_within_the_letter_means_that_it_was_not_taken() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def hang_up_in_the_middle() -> None:
        connection, _ = listener.accept()
        with listener, connection:
            for answer in (*TO_DATA, b"354 go on"):
                connection.sendall(answer + b"\r\n")
                connection.recv(1000)

    thread = threading.Thread(target=hang_up_in_the_middle, daemon=True)
    thread.start()
    outcome = send(relay(int(listener.getsockname()[1])), RAW + b"line\r\n" * 3_000_000)
    assert outcome.result is Result.TRY_AGAIN
    thread.join(10)


def test_a_server_that_says_nothing_is_not_waited_for_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(sending, "QUIT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = send(relay(int(silent.getsockname()[1])))
        assert outcome.result is Result.TRY_AGAIN
        assert "no answer in time" in outcome.said


def drip(connection: socket.socket, said: bytes) -> None:
    """Says the same again and again, for as long as anybody listens."""
    with connection, suppress(OSError):
        while True:
            connection.sendall(said)
            time.sleep(0.02)


@pytest.mark.parametrize("said", [b"220-please wait\r\n", b"2"])
def test_a_server_that_asks_us_to_wait_for_ever_is_left(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(sending, "TALK_SECONDS", 0.3)
    monkeypatch.setattr(sending, "QUIT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=lambda: drip(listener.accept()[0], said))
        server.start()
        began = time.monotonic()
        outcome = send(relay(int(listener.getsockname()[1])))
        assert (outcome.result, time.monotonic() - began < 3) == (Result.TRY_AGAIN, True)
        assert "no answer in time" in outcome.said
        server.join()


def test_a_server_that_cannot_make_up_its_mind_leaves_the_fate_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.3)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        for answer in (*TO_DATA, b"354 go on"):
            connection.sendall(answer + b"\r\n")
            connection.recv(1000)
        drip(connection, b"250-still thinking\r\n")

    server = threading.Thread(target=serve)
    server.start()
    with listener:
        outcome = send(relay(int(listener.getsockname()[1])))
    assert (outcome.result, "no answer in time" in outcome.said) == (Result.UNKNOWN, True)
    server.join()


def test_a_letter_that_is_called_off_at_the_last_moment_is_not_sent(smtp: SmtpServer) -> None:
    outcome = relay(smtp.port).send(RAW, KITH, ALEX, lambda: False)
    assert outcome == Outcome(Result.TRY_AGAIN, "it was called off")
    assert smtp.messages == []


def test_a_server_that_is_down_or_nowhere_may_come_back(smtp: SmtpServer) -> None:
    smtp.stop()
    assert send(relay(smtp.port)).result is Result.TRY_AGAIN
    assert relay(smtp.port).check().result is Result.TRY_AGAIN
    for host in ("a..b", "x" * 64 + ".example"):
        assert send(relay(smtp.port, host=host)).result is Result.TRY_AGAIN


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_login_over_tls(start: Start, certificate: tuple[Path, Path], tls: str) -> None:
    server = start(login=("alex", PASSWORD), certificate=certificate, implicit_tls=tls == "smtps")
    to = relay(server.port, tls, host="localhost", tls_ca=str(certificate[0]))
    assert to.check() == Outcome(Result.ACCEPTED)
    assert send(to) == Outcome(Result.ACCEPTED)
    assert [m.raw for m in server.messages] == [RAW]
    assert set(server.mechanisms) == {"PLAIN"}


def test_starttls_is_not_done_without(smtp: SmtpServer) -> None:
    to = relay(smtp.port, "starttls")
    assert send(to) == Outcome(Result.TRY_AGAIN, "127.0.0.1 offers no STARTTLS")
    assert to.check().result is Result.REFUSED
    assert smtp.messages == []


def test_a_password_is_never_sent_in_the_clear() -> None:
    server = Scripted(b"220 hello", b"250-mx\r\n250 AUTH PLAIN LOGIN", b"220 go on", None)
    assert send(relay(server.port, "starttls")).result is Result.TRY_AGAIN
    heard = b" ".join(server.wait())
    assert base64.b64encode(PASSWORD.encode()) not in heard
    assert b"AUTH" not in heard.upper()


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_a_certificate_that_nobody_trusts_stops_it(start: Start, certificate: tuple[Path, Path], tls: str) -> None:
    server = start(login=("alex", PASSWORD), certificate=certificate, implicit_tls=tls == "smtps")
    outcome = send(relay(server.port, tls))
    assert outcome.result is Result.TRY_AGAIN
    assert "certificate" in outcome.said.lower()
    assert server.mechanisms == []
    elsewhere = relay(server.port, tls, host="127.0.0.2", tls_ca=str(certificate[0]))
    assert send(elsewhere).result is Result.TRY_AGAIN
    missing = relay(server.port, tls, tls_ca="/nowhere/ca.pem")
    assert send(missing) == Outcome(
        Result.TRY_AGAIN, "the certificates in /nowhere/ca.pem cannot be read", "see tls_ca in kith.toml"
    )
    assert missing.check().result is Result.REFUSED
    assert server.messages == []


def test_a_wrong_password_waits_to_be_mended_and_is_not_shown(start: Start) -> None:
    server = start(login=("alex", "another"))
    to = relay(server.port)
    assert send(to) == Outcome(Result.TRY_AGAIN, "127.0.0.1 refused the login (535)", THE_PASSWORD)
    assert to.check() == Outcome(Result.REFUSED, "127.0.0.1 refused the login (535)", THE_PASSWORD)


@pytest.mark.parametrize("password", ["hünter2", "p\udcffw", "密码"])
def test_a_password_beyond_ascii_logs_in(password: str) -> None:
    server = Scripted(b"220 hello", b"250-mx\r\n250 AUTH LOGIN PLAIN", b"235 ok", b"550 no", BYE)
    assert send(relay(server.port, password=password)).result is Result.REFUSED
    words = base64.b64decode(server.wait()[1].split()[-1])
    assert words.split(b"\0")[1:] == [b"alex", password.encode("utf-8", "surrogateescape")]


def test_a_password_beyond_ascii_that_is_refused_or_cannot_be_said() -> None:
    refusing = Scripted(b"220 hello", b"250-mx\r\n250 AUTH PLAIN", b"535 no", BYE)
    outcome = send(relay(refusing.port, password="hünter2"))
    assert outcome == Outcome(Result.TRY_AGAIN, "127.0.0.1 refused the login (535)", THE_PASSWORD)
    without = Scripted(b"220 hello", b"250-mx\r\n250 AUTH LOGIN", BYE)
    outcome = send(relay(without.port, password="hünter2"))
    assert outcome == Outcome(Result.TRY_AGAIN, "127.0.0.1 offers no login that Kith knows")


def test_an_access_token_instead_of_a_password(start: Start) -> None:
    server = start(login=("alex", "t0ken"))
    assert send(relay(server.port, auth="xoauth2", password="t0ken")).result is Result.ACCEPTED
    assert server.mechanisms == ["XOAUTH2"]


def test_a_token_that_ran_out_is_refused_after_one_empty_answer() -> None:
    challenge = base64.b64encode(b'{"status":"401"}')
    server = Scripted(b"220 hello", b"250-mx\r\n250 AUTH XOAUTH2", b"334 " + challenge, b"535 no", BYE)
    outcome = send(relay(server.port, auth="xoauth2", password="stale"))
    assert outcome == Outcome(Result.TRY_AGAIN, "127.0.0.1 refused the login (535)", THE_PASSWORD)
    heard = server.wait()
    assert heard[1].startswith(b"AUTH XOAUTH2 ")
    assert heard[2] == b""


def test_a_secret_that_is_not_there_leaves_the_letter_waiting(start: Start) -> None:
    server = start(login=("alex", PASSWORD))

    def gone() -> str:
        raise ConfigError("the environment has no KITH_SMTP_PASSWORD", "export it")

    to = Relay(host="127.0.0.1", port=server.port, user="alex", tls="none", secret=gone)
    assert send(to) == Outcome(Result.TRY_AGAIN, "the environment has no KITH_SMTP_PASSWORD", "export it")
    assert to.check().result is Result.REFUSED


def test_a_secret_is_fetched_anew_for_every_letter(start: Start) -> None:
    server = start(login=("alex", "new"))
    secrets = iter(["old", "new"])
    to = Relay(host="127.0.0.1", port=server.port, user="alex", tls="none", secret=lambda: next(secrets))
    assert [send(to).result, send(to).result] == [Result.TRY_AGAIN, Result.ACCEPTED]


def test_addresses_beyond_ascii(smtp: SmtpServer) -> None:
    to = relay(smtp.port)
    assert to.send(RAW, "alex@bücher.example", "alex@xn--bcher-kva.example").result is Result.ACCEPTED
    assert to.send(RAW, "alexandré@example.com", "alexandré@bücher.example").result is Result.ACCEPTED
    assert [(m.sender, *m.recipients) for m in smtp.messages] == [
        ("alex@xn--bcher-kva.example", "alex@xn--bcher-kva.example"),
        ("alexandré@example.com", "alexandré@xn--bcher-kva.example"),
    ]
    old = Scripted(b"220 hello", EHLO, BYE)
    assert relay(old.port).send(RAW, "alexandré@example.com", ALEX).result is Result.REFUSED


def test_nothing_that_was_sent_is_in_what_is_said(start: Start) -> None:
    server = start(login=("alex", "another"))
    outcomes = [send(relay(server.port)), relay(server.port).check()]
    assert not any(PASSWORD in o.said for o in outcomes)
    encoded = base64.b64encode(f"\0alex\0{PASSWORD}".encode()).decode()
    assert not any(encoded in o.said for o in outcomes)
