"""Whom the owner really writes with, among all those whose mail comes in."""

import math
import re
from datetime import datetime, timedelta
from typing import Final

from kith.domain.address import looks_like

HALF_LIFE: Final = timedelta(days=180)
"""After which a mail counts half: somebody of last month comes before somebody of last winter."""

# RFC 2142 and what else is a desk, a machine or a list rather than a person.
_DESK_NAMES: Final = (
    "abuse accounts admin administrator billing bookings careers contact customercare customerservice enquiries "
    "feedback hello help helpdesk hostmaster hr info inquiries invoices jobs legal marketing news noc office orders "
    "postmaster press privacy receipts reply root sales security service services shop support team tickets usenet "
    "webmaster kontakt buchhaltung rechnung contacto soporte ventas contatto assistenza"
)
_DESKS: Final = frozenset(_DESK_NAMES.split())
_MACHINE = re.compile(r"no.?reply|do.?not.?reply|mailer-daemon|bounce|notification|newsletter|unsubscribe")
_LIST_DOMAIN = re.compile(r"@(?:lists?|groups?|reply|mailman|bounces?)\.|@googlegroups\.com$")


def is_person(address: str) -> bool:
    """Whether an address looks like somebody's, and not like a desk's, a machine's or a list's."""
    folded = address.strip().casefold()
    local = folded.partition("@")[0].partition("+")[0]
    if not looks_like(folded) or local in _DESKS:
        return False
    return not (_MACHINE.search(folded) or _LIST_DOMAIN.search(folded))


def closeness(outbound: int, inbound: int, last_at: datetime) -> float:
    """By what people are ranked who wrote back and forth: exchange and recency in one number, the higher the closer.

    What comes back counts as much as what goes out, and no more; it all counts half after HALF_LIFE. Only the order
    of two such numbers means anything.
    """
    exchange = outbound + min(inbound, outbound)
    return math.log2(exchange) + last_at.timestamp() / HALF_LIFE.total_seconds() if exchange > 0 else -math.inf
