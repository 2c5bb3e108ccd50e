"""Whose words a subject is: its writer's, or those of the mail that was answered or sent on."""

import re
from typing import Final

from kith.domain.message import Envelope

_ANSWERS: Final = "re|aw|antw|antwort|sv|odp|réf|ref|rif|ris|r|res|vá|ynt|bls|atb|απ|σχετ|отв|ответ"
_FAR_ANSWERS: Final = "回复|回覆|答复|答覆|返信|답장|회신"
_FORWARDS: Final = "fwd?|wg|tr|rv|vb|vs|vl|i|enc|pd|doorst|fs|továbbítás|[iİ]lt|trs|πρθ|пересл|转发|轉寄|轉發|転送|전달"
"""What programs put before the subject of a mail that they send on. VS is that in Danish, and an answer in Finnish."""
_END: Final = r"\s{0,9}(?:[\[(]\d{1,3}[\])])?\s{0,9}[:：]"  # a count may follow: "Re[2]:", "AW (3):"
_ANY = re.compile(rf"\s*(?:{_ANSWERS}|{_FAR_ANSWERS}|{_FORWARDS}){_END}", re.IGNORECASE)


def is_own(envelope: Envelope) -> bool:
    """Whether whoever wrote a mail wrote its subject, too: it begins something new."""
    return not envelope.answers and not _ANY.match(envelope.subject)
