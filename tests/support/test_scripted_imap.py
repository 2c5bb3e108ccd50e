"""The scripted server says what is written, hears what is said, and tells when they differ."""

import socket
import time

import pytest

from support.scripted_imap import ScriptedImap, hello


def _client(server: ScriptedImap) -> socket.socket:
    return socket.create_connection((server.host, server.port), 5)


def _talk(line: socket.socket, said: bytes, wanted: bytes) -> bytes:
    line.sendall(said)
    heard = b""
    while wanted not in heard:
        piece = line.recv(4096)
        assert piece, heard
        heard += piece
    return heard


def test_it_greets_and_answers_with_the_tag_it_was_given() -> None:
    script = "S: * OK ready\nC: NOOP\nS: * 2 EXISTS\nS: $ OK done\n"
    with ScriptedImap(script) as server, _client(server) as line:
        assert _talk(line, b"", b"ready\r\n") == b"* OK ready\r\n"
        assert _talk(line, b"a7 NOOP\r\n", b"done") == b"* 2 EXISTS\r\na7 OK done\r\n"
    assert server.heard == ["NOOP"]


def test_commands_sent_at_once_are_answered_one_by_one() -> None:
    script = "C: ONE *\nS: $ OK 1\nC: TWO\nS: $ OK 2\n"
    with ScriptedImap(script) as server, _client(server) as line:
        assert _talk(line, b"x ONE more\r\ny TWO\r\n", b"OK 2\r\n") == b"x OK 1\r\ny OK 2\r\n"


def test_an_earlier_command_may_be_answered_later() -> None:
    with ScriptedImap("C: ONE\nC: TWO\nS: $ OK 2\nS: $-1 OK 1\n") as server, _client(server) as line:
        assert _talk(line, b"x ONE\r\ny TWO\r\n", b"OK 1\r\n") == b"y OK 2\r\nx OK 1\r\n"


def test_literals_are_measured_in_bytes_and_may_have_lines() -> None:
    script = "C: GO\nS: * 1 FETCH (BODY[] {{Zoë|two}})\nS: $ OK\n"
    with ScriptedImap(script) as server, _client(server) as line:
        assert "{9}\r\nZoë\r\ntwo)\r\n".encode() in _talk(line, b"a GO\r\n", b"a OK")


@pytest.mark.parametrize("announced", [b"{5}", b"{5+}"])
def test_literals_of_the_client_are_part_of_its_command(announced: bytes) -> None:
    with ScriptedImap("C: APPEND x {*}\nS: $ OK\n") as server, _client(server) as line:
        line.sendall(b"a APPEND x " + announced + b"\r\n")
        if announced == b"{5}":
            _talk(line, b"", b"+ go on\r\n")
        _talk(line, b"hello\r\n", b"a OK")
    assert server.heard == ["APPEND x {hello}"]


def test_half_a_line_a_pause_and_hanging_up() -> None:
    with ScriptedImap("S~ * OK ha\nwait 0.2\nS: lf\nclose\n") as server, _client(server) as line:
        began = time.monotonic()
        assert _talk(line, b"", b"half\r\n") == b"* OK half\r\n"
        assert time.monotonic() - began > 0.15
        assert line.recv(10) == b""


def test_each_connection_has_a_script_of_its_own() -> None:
    with ScriptedImap("S: * OK first\nclose\n", "S: * OK second\nclose\n") as server:
        for word in (b"first", b"second"):
            with _client(server) as line:
                _talk(line, b"", word)


@pytest.mark.parametrize(
    ("script", "said", "failure"),
    [
        ("C: NOOP\n", b"a EXPUNGE\r\n", "line 1 of the script expects 'NOOP', and the client said 'EXPUNGE'"),
        ("C: NOOP\n", b"a NOOP\r\nb STORE 1\r\n", "after the end of the script the client said 'STORE 1'"),
        ("C: A [B]\n", b"a A B\r\n", "expects 'A [B]'"),
        ("s: typing error\n", b"", "line 1 of the script makes no sense"),
    ],
)
def test_straying_from_the_script_is_told(script: str, said: bytes, failure: str) -> None:
    server = ScriptedImap(script)
    with _client(server) as line:
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        while line.recv(100):
            pass
    server.stop()
    assert failure in server.failure


def test_a_failure_is_raised_at_the_end_of_a_with_block() -> None:
    strayed = pytest.raises(AssertionError, match="expects 'NOOP'")
    with strayed, ScriptedImap("C: NOOP\n") as server, _client(server) as line:
        _talk(line, b"a OTHER\r\n", b"BYE")


def test_hello_is_a_whole_login() -> None:
    with ScriptedImap(hello("IDLE")) as server, _client(server) as line:
        assert b"IDLE" in _talk(line, b"a CAPABILITY\r\n", b"a OK")
        _talk(line, b"b LOGIN anna secret\r\n", b"b OK")
        assert b"* BYE" in _talk(line, b"c LOGOUT\r\n", b"c OK")
