"""The Message-IDs of Kith's letters: unguessable, and so the token that an answer brings back."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFE = timedelta(days=90)
"""How long a letter may be answered."""

_OURS = re.compile(r"<kith\.([a-z2-7]{16})\.([0-9a-f]{32})@[^<>@\s]+>", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and knows the Message-IDs of one owner's letters. key is secret."""

    key: bytes
    owner_id: int

    def message_id(self, nonce: str, domain: str) -> str:
        """The Message-ID of the letter with this nonce (16 letters of base32, lower case)."""
        return f"<kith.{nonce}.{self._seal(nonce)}@{domain}>"

    def is_ours(self, message_id: str) -> bool:
        """Whether a Message-ID was made with our key for our owner."""
        found = _OURS.fullmatch(message_id.strip())
        if not found:
            return False
        nonce, seal = found.group(1).lower(), found.group(2).lower()
        return hmac.compare_digest(seal, self._seal(nonce))

    def draft_id(self, nonce: str, domain: str) -> str:
        """The Message-ID of a draft: known again when it is sent, and never taken for a letter's."""
        return self.message_id(nonce, domain).replace("<kith.", "<draft.", 1)

    def is_draft(self, message_id: str) -> bool:
        """Whether a Message-ID is that of a draft of ours."""
        return message_id.startswith("<draft.") and self.is_ours(message_id.replace("<draft.", "<kith.", 1))

    def _seal(self, nonce: str) -> str:
        said = f"{self.owner_id}:{nonce}".encode()
        return hmac.new(self.key, said, hashlib.sha256).hexdigest()[:32]


def is_fresh(created_at: datetime, now: datetime) -> bool:
    """Whether a letter may still be answered."""
    return now - created_at <= LIFE
