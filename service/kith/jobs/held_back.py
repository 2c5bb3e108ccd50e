"""Why the digest that is due does not come, where its words cannot be written."""

from kith.errors import KithError
from kith.jobs import compose
from kith.jobs.view import view
from kith.jobs.work import Work


def held_back(work: Work) -> str:
    """What keeps the digest of the period from being composed, in a sentence; "" where none is due, or nothing does.

    Found by writing it for nobody: what is wrong is said for as long as it is so, and no longer.
    """
    if not compose.is_due(work):
        return ""
    try:
        with work.reading() as session:
            shown = view(work, session, work.now())
        work.letters.digest(shown.digest)
    except KithError as error:
        return f"the digest of {work.config.week.period(work.now())} cannot be written: {error.message} ({error.hint})"
    return ""
