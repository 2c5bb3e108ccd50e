"""The Message-IDs of Kith's letters: unguessable, and so the token that an answer brings back; and of its drafts."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFE = timedelta(days=90)
"""How long a letter may be answered."""
LEAST_KEY = 16
"""Bytes of a key that nobody finds by trying."""

_OURS = re.compile(r"<(kith|draft)\.([a-z2-7]{16})\.([0-9a-f]{32})@[^<>@\s]+>", re.IGNORECASE | re.ASCII)
_LETTER, _DRAFT = "kith", "draft"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes and knows the Message-IDs of one owner's letters and drafts. key is secret.

    A draft's goes to whom it is for, and must tell nothing of a letter's: each kind has a seal of its own.
    """

    key: bytes
    owner_id: int

    @property
    def is_guessable(self) -> bool:
        """Whether the key is so short that it may be found by trying, or is a name that many know."""
        return len(self.key) < LEAST_KEY

    def message_id(self, nonce: str, domain: str) -> str:
        """The Message-ID of the letter with this nonce (16 letters of base32, lower case)."""
        return self._made(_LETTER, nonce, domain)

    def is_ours(self, message_id: str) -> bool:
        """Whether a Message-ID is that of a letter, made with our key for our owner."""
        return self._is(_LETTER, message_id)

    def draft_id(self, nonce: str, domain: str) -> str:
        """The Message-ID of a draft: known again when it is sent, and never taken for a letter's."""
        return self._made(_DRAFT, nonce, domain)

    def is_draft(self, message_id: str) -> bool:
        """Whether a Message-ID is that of a draft of ours."""
        return self._is(_DRAFT, message_id)

    def _made(self, kind: str, nonce: str, domain: str) -> str:
        return f"<{kind}.{nonce}.{self._seal(kind, nonce)}@{domain}>"

    def _is(self, kind: str, message_id: str) -> bool:
        found = _OURS.fullmatch(message_id.strip())
        if not found or found.group(1).lower() != kind:
            return False
        nonce, seal = found.group(2).lower(), found.group(3).lower()
        return hmac.compare_digest(seal, self._seal(kind, nonce))

    def _seal(self, kind: str, nonce: str) -> str:
        said = f"{kind}:{self.owner_id}:{nonce}".encode()
        return hmac.new(self.key, said, hashlib.sha256).hexdigest()[:32]


def is_fresh(created_at: datetime, now: datetime) -> bool:
    """Whether a letter may still be answered."""
    return now - created_at <= LIFE
