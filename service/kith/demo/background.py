"""The mail that is nobody's: newsletters, mailing lists, receipts and reminders. None of it is a touch."""

from collections.abc import Sequence
from dataclasses import dataclass

from kith.demo.mailroom import OWNER, OWNER_AT_WORK, Mailroom, local
from kith.demo.post import Client, Letter, Mailer

_DAYS = 2 * 365


@dataclass(frozen=True, slots=True)
class _Sender:
    """A machine that writes: how often (days), under which subjects, with which header fields."""

    mailer: Mailer
    every: float
    subjects: tuple[str, ...]
    text: str
    fields: tuple[tuple[str, str], ...] = ()
    work: bool = False


def _bulk(name: str, domain: str) -> tuple[tuple[str, str], ...]:
    return (
        ("List-Id", f"<{name}.{domain}>"),
        ("List-Unsubscribe", f"<https://{domain}/leave/{name}>, <mailto:leave@{domain}>"),
        ("Precedence", "bulk"),
    )


_AUTOMATIC = (("Auto-Submitted", "auto-generated"),)

_SENDERS = (
    _Sender(
        Mailer("The Slow Ferry", "letters@slowferry.example", Client.GMAIL), 7,
        ("Islands without cars", "What the harbour master heard", "Five timetables worth missing",
         "Salt, rope and a very old dog", "The ferry that goes nowhere", "On waiting rooms", "A lighthouse for rent",
         "Soup at sea"),
        "Good morning from the quay.\n\nThis week: one crossing, two recipes and a reader who rowed to work for a "
        "year.\n\nYou get this letter because you asked for it once.",
        _bulk("weekly", "slowferry.example"),
    ),
    _Sender(
        Mailer("Librairie L'Écume", "nouvelles@lecume.example", Client.FRENCH), 14,
        ("Nos coups de cœur", "Rencontre jeudi à 19 h", "Les poches de la rentrée", "Inventaire : fermé lundi",
         "Dix romans pour un train de nuit", "Une lecture à deux voix"),
        "Chère lectrice, cher lecteur,\n\nVoici ce que nous avons lu, aimé et parfois relu.\n\nÀ bientôt en rayon.",
        _bulk("nouvelles", "lecume.example"),
    ),
    _Sender(
        Mailer("Hydrography Digest", "digest@hydrography.example"), 10,
        ("Tides, models and one retraction", "Sediment, again", "Call for papers: ports and floods",
         "New bathymetry of the Gironde", "Open positions in six harbours", "A tide gauge from 1711"),
        "In this issue: three preprints, two open positions, one correction. Reply-to goes to the editors.",
        _bulk("digest", "hydrography.example"), work=True,
    ),
    _Sender(
        Mailer("", "no-reply@trains.example", Client.PLAIN), 21,
        ("Your booking is confirmed", "Your train tomorrow: coach 14, seat 62", "Platform change", "How was it?"),
        "This is an automatic message about your journey. Please do not answer it.", _AUTOMATIC,
    ),
    _Sender(
        Mailer("Crédit Coopératif (demo)", "alertes@banque.example", Client.OUTLOOK), 30,
        ("Votre relevé est disponible", "Virement reçu", "Prélèvement à venir"),
        "Bonjour,\n\nun nouveau document vous attend dans votre espace. Ceci est un message automatique.", _AUTOMATIC,
    ),
    _Sender(
        Mailer("Build bot", "build@work.example"), 5,
        ("[tide-model] build passed", "[tide-model] build failed: test_spring_tide", "[tide-model] 3 new warnings",
         "[flood-map] nightly run finished"),
        "main@7c1e: see the log on the build server.", _AUTOMATIC, work=True,
    ),
    _Sender(
        Mailer("Paquet", "suivi@paquet.example", Client.GMAIL), 24,
        ("Votre colis est en route", "Votre colis est arrivé au relais", "Dites-nous tout sur votre livraison"),
        "Votre colis vous attend sept jours. Munissez-vous d'une pièce d'identité.", _AUTOMATIC,
    ),
)  # fmt: skip

_CLUB = "coureurs@listes.canal-running.example"
_CLUB_POSTS = (
    (
        "Sunday: meet at the lock or at the bridge?",
        "The bridge has coffee, the lock has a roof. Votes by Friday please.",
    ),
    ("Lost: one glove, left, sentimental value", "Dropped between the second bridge and the swans."),
    ("Lift to the half in Rambouillet", "I have two seats, leaving at 6:15, silence until 7."),
    ("New members", "Please be kind to the three new ones, one of them is faster than all of us."),
    ("Club vests", "Sizes by the end of the week. No, they do not come in black."),
    ("Results", "Everybody arrived. That's the result."),
    ("Track closed", "The track is closed for resurfacing, we use the park, bring a lamp."),
)
_CLUB_AUTHORS = (
    Mailer("Ben Hartley", "ben.hartley@example.com", Client.OUTLOOK),
    Mailer("Desmond Clarke", "desmond.clarke@example.com"),
    Mailer("Solène Petit", "solene.petit@example.net", Client.FRENCH),
    Mailer("Kwame Asante", "kwame.asante@example.com", Client.GMAIL),
    Mailer("Jean-Luc Marchand", "jl.marchand@example.org"),
)


def everything(room: Mailroom) -> None:
    """Two years of mail that nobody wrote to Alex in particular."""
    for sender in _SENDERS:
        _machine(room, sender)
    _club(room)


def _machine(room: Mailroom, sender: _Sender) -> None:
    days, count = sender.every * room.rng.random() + 1, 0
    to = OWNER_AT_WORK if sender.work else OWNER
    subjects = _endless(sender.subjects)
    while days < _DAYS:
        at = local(room.moment(days, (5, 20)), sender.mailer)
        subject = subjects[count % len(subjects)]
        room.post(
            Letter(sender.mailer, (to,), subject, sender.text, at, room.new_id(sender.mailer), fields=sender.fields)
        )
        days += sender.every * room.rng.uniform(0.9, 1.1)
        count += 1


def _endless(subjects: Sequence[str]) -> list[str]:
    """Subjects as they come back over the years: the same words, another issue."""
    return [subject if n == 0 else f"{subject} ({n + 1})" for n in range(3) for subject in subjects]


def _club(room: Mailroom) -> None:
    """The running club's list: people Alex knows write there, and to everybody."""
    tags = (*_bulk("coureurs", "listes.canal-running.example"), ("Reply-To", _CLUB))
    days = 2.0
    while days < _DAYS:
        author = room.rng.choice(_CLUB_AUTHORS)
        subject, text = room.rng.choice(_CLUB_POSTS)
        at, to = local(room.moment(days), author), (Mailer("Coureurs du canal", _CLUB),)
        room.post(Letter(author, to, f"[coureurs] {subject}", text, at, room.new_id(author), fields=tags))
        days += room.rng.uniform(2, 7)
