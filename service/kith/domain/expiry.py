"""When an OAuth access token ends, where it says so itself."""

import base64
import json
from datetime import UTC, datetime
from typing import Final

_LONGEST: Final = 20_000
"""Characters of a token that are looked at; those of large providers have some 2,000."""
_PARTS: Final = 3


def expires_at(token: str) -> datetime | None:
    """The "exp" of a JSON Web Token (RFC 7519, 4.1.4), unverified; None for any other token."""
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > _LONGEST:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))  # written without its padding (RFC 7515, 2)
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None
