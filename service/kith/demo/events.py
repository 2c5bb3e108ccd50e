"""What happened lately, by hand: an introduction, meetings, a mail to a crowd and the machines that answered it."""

from datetime import datetime, timedelta
from uuid import UUID

from kith.demo.cast import CAST, Role
from kith.demo.mailroom import OWNER, OWNER_AT_WORK, ZONE, Mailroom, local, mailer
from kith.demo.post import Client, Letter, Mailer

_BY_KEY = {role.key: role for role in CAST}
TOM = Mailer("Tom Lindgren", "tom.lindgren@porto-works.example", Client.APPLE)
"""Whom Priya introduced: somebody Alex writes with and Kith does not know yet."""
_NADIA = Mailer("Nadia Petrova", "nadia@agence-du-quai.example", Client.OUTLOOK)
_HUGO = Mailer("Hugo Bastien", "hugo.bastien@plomberie.example", Client.FRENCH)


def all_of_them(room: Mailroom) -> None:
    """Everything that the everyday conversations do not hold."""
    _introduction(room)
    _meeting_held(room)
    _meeting_ahead(room)
    _meeting_cancelled(room)
    _moved_house(room)
    _only_copied(room)
    _flat_hunt(room)
    _plumber(room)


def _letter(room: Mailroom, author: Mailer, to: tuple[Mailer, ...], subject: str, text: str, at: datetime) -> Letter:
    return Letter(author, to, subject, text, local(at, author), room.new_id(author))


def _introduction(room: Mailroom) -> None:
    priya, at = mailer(_BY_KEY["priya"]), room.moment(5)
    text = (
        "Dear both,\n\nTom, Alex is the most patient person I know with tide tables, and wants to spend three months "
        "in Lisbon. Alex, Tom did exactly that from Porto and still has all his friends here.\n\nYou'll find out "
        "the rest by yourselves. I step back now.\n\nPriya"
    )
    first = room.post(_letter(room, priya, (OWNER, TOM), "Introduction: Alex <> Tom", text, at), ("priya",))
    said = (
        "Hello Alex,\n\nwith pleasure. I'm on trains until Wednesday, but after that ask me anything: the paperwork "
        "was two evenings, the loneliness three weeks, and then it was the best thing I did in ten years.\n\nTom"
    )
    answer = Letter(
        TOM, (OWNER,), "Re: Introduction: Alex <> Tom", said, local(room.moment(4), TOM, 0), room.new_id(TOM),
        answers=(first.message_id,), quoted=first,
    )  # fmt: skip
    room.post(answer)


def _meeting(  # one calendar mail is all of this; RFC 5546 says which method belongs to which status
    room: Mailroom, role: Role, title: str, start: datetime, method: str, sequence: int, status: str = "NEEDS-ACTION"
) -> str:
    uid = UUID(int=sum(title.encode()) << 64 | len(title))
    stamp, end = f"{room.now:%Y%m%dT%H%M%SZ}", start + timedelta(hours=1)
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kith//Demo//EN", f"METHOD:{method}", "BEGIN:VEVENT",
        f"UID:{uid}", f"SEQUENCE:{sequence}", f"DTSTAMP:{stamp}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{end:%Y%m%dT%H%M%SZ}", f"SUMMARY:{title}",
        f"STATUS:{'CANCELLED' if method == 'CANCEL' else 'CONFIRMED'}",
        f"ORGANIZER;CN={role.name}:mailto:{role.addresses[0]}",
        f"ATTENDEE;CN=Alex Moreau;PARTSTAT={status}:mailto:{(OWNER_AT_WORK if role.work else OWNER).address}",
        "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines)


def _invite(room: Mailroom, role: Role, title: str, start: datetime, days: float) -> None:
    author, owner = mailer(role), OWNER_AT_WORK if role.work else OWNER
    at = room.moment(days)
    text = f"{role.name} invites you: {title}, {start.astimezone(ZONE):%d/%m at %H:%M}."
    invitation = _letter(room, author, (owner,), f"Invitation: {title}", text, at)
    room.post(_with_calendar(invitation, _meeting(room, role, title, start, "REQUEST", 0), "REQUEST"))
    yes = _letter(room, owner, (author,), f"Accepted: {title}", "Alex Moreau has accepted.", at + timedelta(minutes=20))
    room.post(_with_calendar(yes, _meeting(room, role, title, start, "REPLY", 0, "ACCEPTED"), "REPLY"))


def _with_calendar(letter: Letter, calendar: str, method: str) -> Letter:
    return Letter(
        letter.author, letter.to, letter.subject, letter.text, letter.at, letter.message_id,
        calendar=calendar, method=method,
    )  # fmt: skip


def _meeting_held(room: Mailroom) -> None:
    """Søren and Alex met on the pontoon; their mails are older than that."""
    start = room.moment(18, (9, 15))
    _invite(room, _BY_KEY["soren"], "Pontoon: walk over the site", start, 26)
    room.touch(start, ("soren",))


def _meeting_ahead(room: Mailroom) -> None:
    _invite(room, _BY_KEY["ravi"], "Dosas with Ravi", room.moment(-3, (12, 13)), 6)


def _meeting_cancelled(room: Mailroom) -> None:
    """Oksana wanted to come by and could not: no touch."""
    oksana, title, start = _BY_KEY["oksana"], "Dinner, rue de Lappe", room.moment(31, (18, 20))
    _invite(room, oksana, title, start, 44)
    off = _letter(
        room, mailer(oksana), (OWNER,), f"Cancelled: {title}", "This event has been cancelled.", room.moment(33)
    )
    room.post(_with_calendar(off, _meeting(room, oksana, title, start, "CANCEL", 1), "CANCEL"))


def _moved_house(room: Mailroom) -> None:
    """One mail to fourteen people at once touches none of them, and neither do the machines that answer."""
    keys = ("maria", "tomasz", "aoife", "kwame", "haruka", "elif", "mateus", "ingrid", "noor", "ben", "giulia",
            "yusuf", "zanele", "hoa")  # fmt: skip
    to = tuple(mailer(_BY_KEY[key]) for key in keys)
    text = (
        "Dear all,\n\nfrom the first of the month I live at 14, rue des Récollets, fourth floor, no lift, good bread "
        "across the street. Same telephone. The house-warming comes with less notice than is polite.\n\nAlex"
    )
    sent = room.post(_letter(room, OWNER, to, "New address", text, room.moment(13, (17, 19))))
    _away(
        room,
        "haruka",
        sent,
        "I am at the paper makers in Echizen, where there is no signal, until the end of the month.",
    )
    _away(room, "ingrid", sent, "På hytta. Tilbake når snøen er borte. / At the cabin, back when the snow has gone.")


def _away(room: Mailroom, key: str, sent: Letter, text: str) -> None:
    author = mailer(_BY_KEY[key])
    reply = Letter(
        author, (OWNER,), f"Automatic reply: {sent.subject}", text,
        local(sent.at + timedelta(minutes=1), author, _BY_KEY[key].hours), room.new_id(author),
        answers=(sent.message_id,), fields=(("Auto-Submitted", "auto-replied"), ("Precedence", "auto_reply")),
    )  # fmt: skip
    room.post(reply)


def _only_copied(room: Mailroom) -> None:
    """Jack organises a present and copies Alex's friends: of those Alex knows, only the author is in touch."""
    author = mailer(_BY_KEY["jack"])
    text = "All, 20 a head for Ewa's present, she must not find out. Desmond, you choose it, you have taste."
    desmond = Mailer("Desmond Clarke", "desmond.clarke@example.com")
    letter = Letter(
        author, (desmond, OWNER), "present for Ewa (SECRET)", text, local(room.moment(143), author, -8),
        room.new_id(author), cc=(mailer(_BY_KEY["hannah"]), mailer(_BY_KEY["dmitri"])),
    )  # fmt: skip
    room.post(letter, ("jack",))


def _exchange(room: Mailroom, other: Mailer, subject: str, talk: tuple[tuple[float, bool, str], ...]) -> None:
    """A talk with somebody Kith does not know: (days ago, whether Alex wrote it, text)."""
    thread: list[Letter] = []
    for days, mine, text in talk:
        author, to = (OWNER, other) if mine else (other, OWNER)
        answers = tuple(letter.message_id for letter in thread)
        letter = Letter(
            author, (to,), f"Re: {subject}" if thread else subject, text, local(room.moment(days), author),
            room.new_id(author), answers=answers, quoted=thread[-1] if thread else None,
        )  # fmt: skip
        thread.append(room.post(letter))


def _flat_hunt(room: Mailroom) -> None:
    talk = (
        (
            61,
            True,
            "Dear Ms Petrova,\n\nis the flat in rue des Récollets still free? I could come by any evening.\n\nAlex",
        ),
        (
            60,
            False,
            "Dear Mr Moreau,\n\nit is, until about six o'clock tonight. Can you make it at five?\n\nN. Petrova",
        ),
        (59, True, "I made it at five, as you know, and I'd like to take it. My papers are below.\n\nAlex Moreau"),
        (55, False, "The owner says yes. She liked that you asked about the neighbours first.\n\nNadia Petrova"),
        (54, True, "That's wonderful news, thank you! When can I pick up the keys?\n\nAlex"),
        (52, False, "On the 30th at noon. Bring something for the door, it swells when it rains.\n\nNadia"),
        (12, True, "Settled in, and the door swells as promised. Thank you for everything, Nadia.\n\nAlex"),
    )
    _exchange(room, _NADIA, "Flat, rue des Récollets", talk)


def _plumber(room: Mailroom) -> None:
    talk = (
        (11, True, "Bonjour, le robinet de la cuisine goutte : une goutte en 4 secondes. Vous passez quand ?\n\nAlex"),
        (10, False, "Bonjour, jeudi entre 8 et 10. Quatre secondes c'est le joint, deux le robinet.\n\nHugo"),
        (10, True, "Jeudi c'est parfait. J'ai rechronométré : trois secondes et demie.\n\nAlex"),
        (8, False, "Alors c'est un joint qui exagère. À jeudi.\n\nHugo"),
    )  # fmt: skip
    _exchange(room, _HUGO, "Robinet qui goutte", talk)
