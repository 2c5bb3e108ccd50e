"""Mail that comes through a form or a list: what in it tells so, and that Reply-To may name who wrote it."""

import re
from collections.abc import Iterable
from typing import Final

from kith.domain.acquaintance import is_person
from kith.domain.address import Address, split
from kith.domain.message import Envelope
from kith.domain.names import LONGEST, bare

_FORM_WORDS: Final = (
    "form forms formular formulaire formulario webform contactform website web www site wordpress shop booking "
    "notify notifier alert alerts mailer mail updates invitation invitations share shares list lists group groups "
    "forum submission submissions response responses survey followups rsvp members announce discuss apache server"
)
_FORMS: Final = frozenset(_FORM_WORDS.split())
"""Words of an address that is a form's or a list's, beside those of kith.domain.acquaintance."""
_SERVICE_WORDS: Final = (
    "forms formspree typeform jotform wufoo formstack formsubmit paperform getform cognitoforms survey surveys"
)
_SERVICES: Final = frozenset(_SERVICE_WORDS.split())
"""Words of a domain from which forms are sent."""
_SAYS_SO: Final = frozenset(
    ["via", "contact", "kontakt", "form", "formular", "kontaktformular", "formulaire", "formulario", "website"]
)
"""Words of a name that is, such as "Maria via Docs"."""
_WORD = re.compile(r"[^\W\d_]{2,}")


def is_relayed(envelope: Envelope) -> bool:
    """Whether a mail looks as if a form or a list had sent it for whom Reply-To names.

    From then has the address of a desk, a machine, a form or a list, a name that says so, or the name of whom the
    answers go to. A mail from somebody who merely asks for answers to somebody else is no more than that. All of it
    is the sender's to choose: it makes a touch, and nothing that such a mail says is taken for that person's words.
    """
    return any(_is_of_a_form(one) or _is_named_as(one, envelope.reply_to) for one in envelope.from_)


def _is_of_a_form(author: Address) -> bool:
    local, domain = split(author.address)
    of_address = _words(local.partition("+")[0]) & _FORMS or _words(domain) & _SERVICES
    return not is_person(author.address) or bool(of_address or _words(author.name) & _SAYS_SO)


def _is_named_as(author: Address, others: Iterable[Address]) -> bool:
    """Whether the name in From is that of somebody in Reply-To, by their name or else by their address."""
    name = _words(author.name)
    names = ((_words(other.name), _words(split(other.address)[0])) for other in others)
    return any(name and said <= name for both in names for said in both if said)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(bare(text[:LONGEST].casefold())))
