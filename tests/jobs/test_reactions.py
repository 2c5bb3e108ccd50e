"""Emoji reactions that only their own words give away: Outlook marks them nowhere else."""

from datetime import timedelta

import pytest

from support.jobs import MARIA, ME, NOW, Office

HEAD = f"From: {MARIA}\r\nTo: {ME}\r\nSubject: Re: Lunch\r\nIn-Reply-To: <mine@example.com>\r\nMIME-Version: 1.0\r\n"
PLAIN = 'Content-Type: text/plain; charset="utf-8"\r\n\r\n'
HTML = 'Content-Type: text/html; charset="utf-8"\r\n\r\n'
STYLED = "<html><head><style>p {margin: 0}</style></head><body>{}</body></html>"
QUOTE = "<hr><div id='divRplyFwdMsg'>From: Alex</div>" + "<div>Shall we?</div>" * 500


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (PLAIN + "Maria Silva reacted to your message:\r\n", "reaction"),
        (PLAIN + "Maria Silva a réagi à votre message\u00a0:\r\n", "reaction"),
        (HTML + STYLED.replace("{}", f"<div><b>Maria Silva</b> reacted to\r\nyour message:</div>{QUOTE}"), "reaction"),
        (HTML + STYLED.replace("{}", "<p><img alt=''></p><p>Maria hat auf Ihre Nachricht reagiert:</p>"), "reaction"),
        (HTML + STYLED.replace("{}", "<p>Nobody reacted to your message about the boat.</p>"), None),
        (HTML + STYLED.replace("{}", "<p>Friday</p><p>Bob reacted to your message, you see?</p>"), None),
        (HTML + STYLED.replace("{}", "<p>Maria reacted to your message:</p>" + "<p>x</p>" * 10_000), None),
    ],
)
def test_a_reaction_by_its_words_is_no_touch(office: Office, words: str, reason: str | None) -> None:
    for number, host in enumerate(("AM0.eurprd01.prod.outlook.com", "mail.example")):
        raw = f"Message-ID: <{number}@{host}>\r\n{HEAD}{words}".encode()
        office.server.deliver(raw, "INBOX", NOW - timedelta(days=5))
    office.read()
    assert [row["reason"] for row in office.rows("message")] == [reason, None], "only Outlook's are looked at"
