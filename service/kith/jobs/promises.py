"""Follow-ups that are kept: by the owner's word, or by a touch on their day or later."""

from kith.domain.person import Person
from kith.errors import NotFound
from kith.jobs.acts import Acts, Done, spoken
from kith.store import notes
from kith.store.tables import FollowUpRow


def keep_promise(acts: Acts, person: Person, words: str = "") -> Done:
    """The owner did what they had promised themselves. words say which, by any part of what it was about.

    Without words it is all that is due, or the only one there is. Raises NotFound where nothing is open, or where
    it could be several.
    """
    promised = [row for row in notes.follow_ups_of(acts.session, acts.owner_id, person.id) if row.done_at is None]
    if not promised:
        raise NotFound(f"there is no follow-up open with {person.name}", f"see `kith people show {person.id}`")
    meant = _meant(promised, words) if words.strip() else [row for row in promised if row.due_on <= acts.today]
    if not meant and not words.strip() and len(promised) == 1:
        meant = promised
    if not meant:
        listed = ", ".join(f"“{row.text}”" if row.text else spoken(row.due_on) for row in reversed(promised))
        raise NotFound(f"which follow-up with {person.name} is done? Open: {listed}", "say a word of what it is about")
    for row in meant:
        notes.close_follow_up(acts.session, row, acts.now)
    undo = [{"do": "set", "table": "follow_up", "id": row.id, "values": {"done_at": None}} for row in meant]
    about = ", ".join(row.text for row in reversed(meant) if row.text)
    return acts.done(f"Followed up with {person.name}{about and f': {about}'}", undo, person.id)


def _meant(promised: list[FollowUpRow], words: str) -> list[FollowUpRow]:
    wanted = " ".join(words.split()).strip(" .,;:!?").casefold()
    return [row for row in promised if wanted in " ".join(row.text.split()).casefold()]
