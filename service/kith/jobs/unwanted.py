"""Follows the settings where they want less kept than they did: what was kept before goes, too."""

from kith.jobs.work import Work
from kith.store import unwanted


def remove_unwanted(work: Work) -> None:
    """Removes snippets and lines about strangers where the settings of today want none (promise 6)."""
    touch, owner = work.config.touch, work.owner_id
    if touch.snippets and touch.strangers:
        return
    with work.reading() as session:
        snippets = not touch.snippets and unwanted.has_snippets(session, owner)
        strangers = not touch.strangers and unwanted.has_strangers(session, owner)
    if not (snippets or strangers):
        return
    with work.writing() as session:
        if snippets:
            unwanted.remove_snippets(session, owner)
        if strangers:
            unwanted.remove_strangers(session, owner)
