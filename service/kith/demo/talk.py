"""Conversations out of stories.txt: who wrote what to whom, turn by turn, back over the years."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import cycle
from random import Random

from kith.demo.cast import CAST, Role
from kith.demo.mailroom import OWNER, OWNER_AT_WORK, Mailroom, local, mailer
from kith.demo.post import Client, Letter, Mailer

YEARS = timedelta(days=2 * 365)
_WORDS: Mapping[str, tuple[str, ...]] = {
    "weekday": ("Tuesday", "Thursday", "Friday", "Saturday", "Monday", "Wednesday"),
    "weekday_fr": ("Mardi", "Jeudi", "Vendredi", "Lundi"),
    "month": ("March", "April", "May", "June", "September", "October", "November", "January"),
    "month_fr": ("mars", "mai", "juin", "septembre", "novembre", "février"),
    "month_es": ("abril", "mayo", "octubre", "febrero"),
    "place": ("Le Petit Baïona", "the canal", "the Grange", "the botanical garden", "Chez Jeannette",
              "the old swimming pool", "the station buffet", "La Bellevilloise", "the reading room"),
    "errand": ("tax office", "tyres", "passport", "moving van", "cat and the vet", "bathroom tiles", "driving test"),
    "dish": ("lentil soup", "shakshuka", "dumplings", "ragù", "mushroom pie", "dal", "fish stew", "plum cake"),
    "dish_fr": ("la blanquette", "la tarte aux noix", "le bœuf carottes", "la soupe au pistou"),
    "film": ("the new Kaurismäki", "the one about the lighthouse", "the documentary about bees",
             "that four-hour Turkish film", "the old Ozu at the Champo", "the one with the two brothers"),
    "book": ("The Leopard", "Austerlitz", "the new Ferrante", "Middlemarch", "The Summer Book",
             "A Month in the Country", "Stoner", "Memoirs of Hadrian"),
    "city": ("Lisbon", "Hamburg", "Trieste", "Glasgow", "Gdańsk", "Marseille", "Porto", "Leipzig", "Ghent"),
    "plant": ("lemon tree", "monstera", "fern", "olive tree", "enormous basil"),
    "thing": ("umbrella", "blue scarf", "bicycle pump", "reading glasses", "good corkscrew", "yellow raincoat"),
    "thing_fr": ("casserole", "mappemonde", "parapluie", "panier à salade"),
    "project": ("harbour project", "tide survey", "lock study", "Hamburg bid", "pontoon", "flood map"),
    "office": ("port authority", "town hall", "water board", "ministry", "survey office"),
    "office_fr": ("plombier", "laboratoire", "port de Brest", "traiteur"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation: its subject and its turns, each with whether Alex wrote it."""

    who: str
    subject: str
    turns: tuple[tuple[bool, str], ...]


def stories() -> list[Story]:
    """All conversations of stories.txt, in the order they stand there."""
    text = files("kith.demo").joinpath("stories.txt").read_text(encoding="utf-8")
    return [_story(block) for block in text.split("\n@ ")[1:]]


def _story(block: str) -> Story:
    head, _, rest = block.partition("\n")
    who, _, subject = head.partition(" | ")
    turns: list[tuple[bool, list[str]]] = []
    for line in rest.strip().split("\n"):
        if line in {"<", ">"}:
            turns.append((line == ">", []))
        else:
            turns[-1][1].append(line)
    return Story(who, subject, tuple((mine, "\n".join(lines).strip()) for mine, lines in turns))


def everybody(room: Mailroom) -> None:
    """Writes all conversations of the cast: each person's own stories last, everyday mail before them."""
    known = stories()
    for role in CAST:
        if role.last is not None:
            _person(room, role, known)


def _person(room: Mailroom, role: Role, known: list[Story]) -> None:
    at = room.moment(role.last or 0)
    for count, story in enumerate(_repertoire(room.rng, role, known)):
        _conversation(room, role, story, at, older=count > 0)
        at = room.moment((room.now - at).days + role.pace * room.rng.uniform(0.8, 1.9))
        if room.now - at > YEARS:
            return


def _repertoire(rng: Random, role: Role, known: list[Story]) -> Iterator[Story]:
    """A person's own stories, then without end what their language and their circle offer, shuffled anew each round."""
    yield from (story for story in known if story.who == role.key)
    circle = "friends" if role.circle == "family" else role.circle
    keys = {role.language, f"{role.language}-{'work' if role.work else 'family'}"}
    everyday = [s for s in known if s.who in keys]
    if role.language != "fr" or role.work:  # the family writes French, and has enough to say in it
        everyday += [s for s in known if s.who == circle]
    rng.shuffle(everyday)
    yield from cycle(everyday)


def _conversation(room: Mailroom, role: Role, story: Story, end: datetime, *, older: bool) -> None:
    words = {name: room.rng.choice(choices) for name, choices in _WORDS.items()}
    subject, friend = story.subject.format_map(words), mailer(role, 0 if older else 1)
    times = [end]
    for _ in story.turns[1:]:
        times.insert(0, room.earlier(times[0]))
    thread: list[Letter] = []
    for (mine, text), at in zip(story.turns, times, strict=True):
        owner = OWNER_AT_WORK if role.work else OWNER
        pair = (owner, friend) if mine else (friend, owner)
        said = _dressed(room.rng, role, mine, text.format_map(words))
        thread.append(room.post(_turn(room, pair, said, subject, local(at, pair[0], role.hours), thread), (role.key,)))


def _turn(
    room: Mailroom, pair: tuple[Mailer, Mailer], text: str, subject: str, at: datetime, thread: Sequence[Letter]
) -> Letter:
    author, other = pair
    answers = tuple(letter.message_id for letter in thread)
    quoted = thread[-1] if thread else None
    subject = _answering(author, subject) if thread else subject
    return Letter(author, (other,), subject, text, at, room.new_id(author), answers=answers, quoted=quoted)


def _answering(author: Mailer, subject: str) -> str:
    prefix = {Client.GERMAN: "AW: ", Client.OUTLOOK: "RE: "}.get(author.client, "Re: ")
    return prefix + subject


def _dressed(rng: Random, role: Role, mine: bool, text: str) -> str:
    """A text with the greeting and the signature its author has the habit of, or in haste without."""
    first = role.called or role.name.split()[0]
    mine_to = ("",) if role.language != "en" else (f"Hi {first},", f"{first},", "")
    greeting = rng.choice(mine_to if mine else (role.greeting, role.greeting, ""))
    signature = rng.choice(("Alex", "A.", "Alex")) if mine else role.signature
    return "\n\n".join(part for part in (greeting, text, signature) if part)
