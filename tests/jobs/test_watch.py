"""Mailboxes between the rounds of the service: servers that offer to tell news by themselves, and do not."""

import time
from pathlib import Path

import pytest

from kith.errors import TryLater
from kith.jobs import watch
from kith.jobs.watch import Watch
from kith.mail import imap_idle
from kith.mail.imap import Account, ImapSource, connect
from support.jobs import Office
from support.scripted_imap import OPEN, ScriptedImap, hello

IDLE = "C: IDLE\n"
ENDS = {
    "refused": "S: $ BAD unknown command\n",
    "over at once": "S: $ OK idle done\n",
    "over as soon as it began": "S: + idling\nS: $ OK idle done\n",
}


@pytest.fixture
def idler(tmp_path: Path) -> Watch:
    """A mailbox of somebody."""
    with Office(tmp_path) as office:
        return Watch(office.work.config.mailbox[0])


def opened(server: ScriptedImap) -> ImapSource:
    return connect(Account("personal", server.host, server.port, "anna", "none", lambda: "secret"), 5)


def rest(idler: Watch) -> None:
    """What the service does as soon as the server says anything."""
    if idler.idling:
        assert idler.idling.idle_check(2)
        idler.rest()


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_server_that_would_not_idle_is_asked_again_later_and_later(
    idler: Watch, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FIRST_POLLING", 0.2)
    with ScriptedImap(hello("IDLE") + (OPEN + IDLE + end) * 2) as server, opened(server) as idler.source:
        idler.idle()
        rest(idler)
        assert not idler.idling
        assert idler.source, "the line is in order"
        idler.idle()
        assert server.heard.count("IDLE") == 1
        time.sleep(0.25)
        idler.idle()
        rest(idler)
        assert server.heard.count("IDLE") == 2
        time.sleep(0.25)
        idler.idle()
        assert server.heard.count("IDLE") == 2, "the pause doubles"
    assert idler.failures == 0


def test_a_server_that_hangs_up_over_idle_is_polled_over_the_next_line(idler: Watch) -> None:
    script = hello("IDLE") + OPEN + IDLE + "S: + idling\nS: * BYE Session limit\nclose\n"
    with ScriptedImap(script, hello("IDLE")) as server:
        idler.source = opened(server)
        idler.idle()
        assert idler.idling
        with pytest.raises(TryLater, match="Session limit") as lost:
            idler.idling.idle_check(2)
        idler.drop(lost.value)
        with opened(server) as idler.source:
            idler.idle()
            assert not idler.idling


def test_a_server_that_never_answers_to_idle_holds_up_nobody(idler: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_idle, "BEGINS_WITHIN", 0.2)
    began = time.monotonic()
    with ScriptedImap(hello("IDLE") + OPEN + IDLE + "wait 1\n", hello("IDLE")) as server:
        idler.source = opened(server)
        idler.idle()
        assert idler.source is None
        assert time.monotonic() - began < 3
        with opened(server) as idler.source:
            idler.idle()
            assert not idler.idling
    assert (idler.failures, idler.retry_at) == (0, 0.0), "it is opened again at once"


def test_an_idle_that_lasts_makes_up_for_one_that_did_not(idler: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "FIRST_POLLING", 0.2)
    script = OPEN + IDLE + ENDS["refused"] + OPEN + IDLE + "S: + idling\nC: DONE\nS: $ OK done\n"
    script += OPEN + IDLE + ENDS["refused"] + OPEN + IDLE + "S: + idling\nC: DONE\nS: $ OK done\n"
    with ScriptedImap(hello("IDLE") + script) as server, opened(server) as idler.source:
        idler.idle()
        time.sleep(0.25)
        idler.idle()
        monkeypatch.setattr(watch, "AT_ONCE", 0.0)
        idler.rest()
        monkeypatch.setattr(watch, "AT_ONCE", 50.0)
        idler.idle()
        time.sleep(0.25)
        idler.idle()
        assert idler.idling, "the pause is the first one again"
        idler.rest()
