"""What the owner wrote where Kith obeys nothing, in a quote or a signature, comes back and is never lost."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from kith.domain.reply import HTML_MARK
from support.answers import ME, Owner
from support.mail import message, read
from support.mail import plain as as_it_came


def send(owner: Owner, letter: EmailMessage, words: str, content_type: str = "text/plain") -> None:
    """Answers a letter with a body as it stands."""
    mail = read(message(ME, ME, "Re: it", at=owner.office.clock.at, headers={"In-Reply-To": letter["Message-ID"]}))
    kind, _, parameters = content_type.partition(";")
    mail.set_content(words, subtype=kind.partition("/")[2])
    mail.replace_header("Content-Type", f"{kind}; charset=utf-8;{parameters}")
    owner.office.server.deliver(mail.as_bytes(), "Sent", owner.office.clock.at)
    owner.office.clock.move(minutes=1)
    owner.round()


def plain(mail: EmailMessage) -> str:
    """A mail's plain text with the line ends of a program."""
    return as_it_came(mail).replace("\r\n", "\n")


def page(letter: EmailMessage) -> str:
    """A letter's page as it stands in a quote."""
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content()).partition("<body")[2].partition(">")[2].partition("</body>")[0]


def bare(letter: EmailMessage) -> str:
    """The same without what only Kith and a browser know: its mark, and that a line is hidden."""
    return page(letter).replace(HTML_MARK, "").replace("display: none", "")


BLOCK = f"From: {ME}\nSent: Monday, 11 May 2026 07:30\nTo: {ME}\nSubject: A line to three people\n\n"
WEB = f"""<div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> {ME.split()[0]}<br>
    <b>Sent:</b> Monday<br><b>To:</b> Alex<br><b>Subject:</b> A line</div>"""
TOLD = "I found this in the quoted letter and left it alone"


@pytest.mark.parametrize("above", [BLOCK, "", "-----Original Message-----\n"], ids=["header", "sentinel", "mark"])
def test_promise_7_an_answer_typed_into_an_unmarked_quote_comes_back(owner: Owner, above: str) -> None:
    letter = owner.digest()
    line = f"{owner.number('Bob', letter)} snooze 3 weeks, he is in Peru"
    quote = plain(letter).replace("bob@example.org\n", f"bob@example.org<mailto:bob@example.org>\n\n{line}\n")
    send(owner, letter, f"Maria: lunch yesterday, rest below\n\n{above}{quote}")
    assert owner.said("Maria") == [("in-person", "2026-05-12")]
    assert owner.unfiled() == [line]
    assert "this is done, and something is left for you below" in owner.receipt()
    assert TOLD in owner.receipt()
    owner.say(line, owner.letters()[-1])
    assert owner.unfiled() == []
    assert str(owner.person("Bob")["snoozed_until"]) == "2026-06-03"


@pytest.mark.parametrize("quoted", [page, bare])
@pytest.mark.parametrize("above", [WEB, ""], ids=["Outlook", "no header"])
def test_promise_7_so_does_one_in_html(owner: Owner, quoted: object, above: str) -> None:
    letter = owner.digest()
    assert callable(quoted)
    quote = quoted(letter).replace(
        "Write to Bob</a>", "Write to Bob</a><p style='color:red'>called him, all is well</p>"
    )
    send(owner, letter, f"<div>Maria: lunch yesterday</div>{above}{quote}", "text/html")
    assert owner.unfiled() == ["called him, all is well"]
    assert set(owner.outcomes()) == {"Maria: lunch yesterday", "called him, all is well"}


@pytest.mark.parametrize("above", [BLOCK, ""], ids=["header", "sentinel"])
def test_a_quote_in_which_nothing_was_typed_is_not_told(owner: Owner, above: str) -> None:
    owner.say("xyzzy Lisbon")
    owner.office.clock.move(days=7)
    letter = owner.digest()
    send(owner, letter, f"Maria: lunch yesterday\n\n{above}{plain(letter)}")
    send(owner, letter, f"<div>Maria: likes tea</div>{WEB}{bare(letter)}", "text/html")
    send(owner, letter, f"<div>Maria: likes milk</div>{page(letter)}", "text/html")
    assert owner.notes("Maria") == ["likes tea", "likes milk"]
    assert owner.unfiled() == ["xyzzy Lisbon"]


def test_an_older_letter_and_the_owners_answer_in_the_thread_are_not_told_again(owner: Owner) -> None:
    letter = owner.digest()
    first = f"Maria: lunch yesterday\n\n{BLOCK}{plain(letter)}"
    send(owner, letter, first)
    receipt = owner.letters()[-1]
    thread = message(
        ME, ME, "Re: it", f"Bob: likes milk\n\n{BLOCK}{plain(receipt)}\n\n{BLOCK}{first}", at=owner.office.clock.at,
        headers={"In-Reply-To": receipt["Message-ID"], "References": f"{letter['Message-ID']} {receipt['Message-ID']}"},
    )  # fmt: skip
    owner.office.server.deliver(thread, "Sent", owner.office.clock.at)
    owner.round()
    assert owner.notes("Bob") == ["likes milk"]
    assert owner.unfiled() == []


def test_what_a_program_puts_into_every_quote_is_told_once(owner: Owner) -> None:
    letter = owner.digest()
    for name in ("Maria", "Bob"):
        send(owner, letter, f"{name}: lunch today\n\n{BLOCK}CAUTION: this came from outside\n\n{plain(letter)}")
    assert owner.unfiled() == ["CAUTION: this came from outside"]
    assert TOLD not in owner.receipt()


def test_a_letter_kept_without_its_words_has_a_quote_that_is_left_alone(owner: Owner) -> None:
    letter = owner.digest()
    with owner.office.work.writing() as session:
        session.connection().exec_driver_sql("UPDATE letter SET words = ''")
    send(owner, letter, f"Maria: lunch today\n\n{BLOCK}{plain(letter)}")
    assert owner.unfiled() == []


SIGNATURES = ['<div id="Signature">@</div>', '<div class="gmail_signature">@</div>', "<div>-- <br>@</div>"]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_street_in_a_signature_is_never_an_instruction_and_never_told(owner: Owner, signature: str) -> None:
    letter = owner.digest()
    block = signature.replace("@", "<div>Alex Moreau</div><div>2 rue de la Paix, Paris</div><div>Tel: 06 12 34</div>")
    send(owner, letter, f"<div>Maria: lunch today</div>{block}{WEB}{bare(letter)}", "text/html")
    assert owner.said("Maria") == [("in-person", "2026-05-13")]
    assert owner.outcomes() == {"Maria: lunch today": "done"}
    assert "left for you" not in owner.receipt()


@pytest.mark.parametrize("signature", SIGNATURES)
def test_promise_7_an_instruction_in_a_signature_comes_back(owner: Owner, signature: str) -> None:
    letter = owner.digest()
    block = signature.replace("@", "<div>Bob: forget</div><div>2 she moved to Peru</div><div>and is happy</div>")
    send(owner, letter, f"<div>Maria: lunch today</div>{block}", "text/html")
    assert owner.unfiled() == ["Bob: forget", "2 she moved to Peru and is happy"]
    assert "I found this in your signature and left it alone" in owner.receipt()
    assert "is left for you below" in owner.receipt()


def test_a_motto_in_a_signature_is_told_once_also_where_it_was_left(owner: Owner) -> None:
    letter = owner.digest()
    words = "lunch today\n-- \nAlex Moreau\nAsk me about my book\n"
    send(owner, letter, f"Maria: {words}")
    assert owner.unfiled() == ["Ask me about my book"]
    owner.say("leave them", owner.letters()[-1])
    send(owner, letter, f"Bob: {words}")
    assert owner.unfiled() == []
    assert [row["kind"] for row in owner.office.rows("draft")] == []


def test_a_signature_without_a_mark_is_nobodys_note(owner: Owner) -> None:
    send(owner, owner.digest(), "Maria: likes tea\n\nCheers,\nAlex Moreau\nHead of X\n2 rue de la Paix")
    assert owner.outcomes() == {"Maria: likes tea": "done"}
    assert owner.notes("Maria") == ["likes tea"]


def test_flowed_words_are_one_line(owner: Owner) -> None:
    said = "Maria: called her, she is moving with her husband and their \n2 kids in May. Snooze 3 \nweeks\nBob: done\n"
    send(owner, owner.digest(), f"{said}\nOn Monday Kith wrote: \n> 2 forget\n", "text/plain; format=flowed")
    [note] = owner.notes("Maria")
    assert note.rstrip(".") == "called her, she is moving with her husband and their 2 kids in May"
    assert str(owner.person("Maria")["snoozed_until"]) == "2026-06-03"
    assert (owner.said("Bob"), owner.said("Priya"), owner.unfiled()) == ([("message", "2026-05-13")], [], [])


def test_a_list_keeps_its_numbers_whatever_its_items_hold(owner: Owner) -> None:
    letter = owner.digest()
    names = sorted(("Maria", "Bob"), key=lambda name: owner.number(name, letter))
    items = "".join(
        f"<li><div class='elementToProof'>{said}</div></li>" for said in ("lunch yesterday", "snooze 3 weeks")
    )
    start = owner.number(names[0], letter)
    send(owner, letter, f"<ol start='{start}'>{items}</ol>{WEB}{bare(letter)}", "text/html")
    assert owner.said(names[0]) == [("in-person", "2026-05-12")]
    assert set(owner.outcomes().values()) == {"done"}


def test_a_draft_shares_a_link_once(owner: Owner) -> None:
    owner.say("share https://example.com/essay<https://example.com/essay> with Maria\nask Bob for coffee next week")
    share, ask = (read(draft.raw) for draft in owner.office.server.folders["Drafts"].messages.values())
    assert "\n\nhttps://example.com/essay\n\n" in plain(share)
    assert "time for coffee next week? Half" in plain(ask)


def test_a_line_that_waits_is_counted_and_not_repeated(owner: Owner) -> None:
    owner.say("xyzzy Lisbon")
    for words in ("Maria: likes tea", "Bob: likes milk"):
        owner.say(words)
        assert "xyzzy" not in owner.receipt()
        assert "One line of yours from earlier still waits" in owner.receipt()
    owner.office.clock.at += timedelta(days=7)
    assert "xyzzy Lisbon" in plain(owner.digest())
