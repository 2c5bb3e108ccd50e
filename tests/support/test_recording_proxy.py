"""The recording proxy passes everything on, and writes down all but the secrets."""

import socket
import time
import zlib

import pytest

from support.recording_proxy import Recorder, RecordingProxy
from support.scripted_imap import ScriptedImap


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_commands_are_told_from_literals_and_secrets_in_pieces_of_any_size(size: int) -> None:
    said = (
        b"a1 CAPABILITY\r\n"
        b'a2 LOGIN anna "hush hush"\r\n'
        b"a3 AUTHENTICATE PLAIN\r\naHVzaA==\r\n"
        b"a4 AUTHENTICATE XOAUTH2 aHVzaA==\r\n"
        b"a5 APPEND Drafts (\\Draft) {9}\r\na6 STORE\r\n\r\n"
        b"a7 LOGIN {4}\r\nanna {4+}\r\nhush\r\n"
        b"a8 IDLE\r\nDONE\r\n"
        b"a9 UID SEARCH UID 1:*\r\n"
    )
    commands: list[str] = []
    recorder = Recorder(commands)
    for at in range(0, len(said), size):
        recorder.heard(said[at : at + size])
    assert commands == [
        "CAPABILITY",
        "LOGIN anna ***",
        "AUTHENTICATE PLAIN ***",
        "AUTHENTICATE XOAUTH2 ***",
        "APPEND Drafts (\\Draft) {9}",
        "LOGIN {4} {4+}",
        "IDLE",
        "DONE",
        "UID SEARCH UID 1:*",
    ]


def test_commands_are_read_through_compression() -> None:
    commands: list[str] = []
    recorder = Recorder(commands)
    recorder.heard(b"a1 COMPRESS DEFLATE\r\n")
    pack = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    recorder.heard(pack.compress(b"a2 NOOP\r\n") + pack.flush(zlib.Z_SYNC_FLUSH))
    assert commands == ["COMPRESS DEFLATE", "NOOP"]


def test_both_sides_hear_each_other_and_the_delay() -> None:
    with ScriptedImap("S: * OK\nC: NOOP\nS: $ OK\n") as server, RecordingProxy(server.port, delay=0.1) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
            began = time.monotonic()
            assert line.recv(100) == b"* OK\r\n"
            line.sendall(b"a NOOP\r\n")
            assert line.recv(100) == b"a OK\r\n"
            assert time.monotonic() - began >= 0.2
        assert proxy.verbs == ["NOOP"]


def test_the_line_is_cut_where_it_should_be() -> None:
    with ScriptedImap("S: * OK ready\n") as server, RecordingProxy(server.port, cut_after=4) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), 5) as line:
            heard = b"".join(iter(lambda: line.recv(100), b""))
        assert heard == b"* OK"
