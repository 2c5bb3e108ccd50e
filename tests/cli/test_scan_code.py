"""The one exit code of a scan in which mailboxes failed."""

import pytest

from kith.cli.scan import failures
from kith.errors import ConfigError, KithError, LoginRefused, MailboxFailed, NotFound, TryLater

LATER, REFUSED, WRONG = TryLater("x"), LoginRefused("x"), ConfigError("x")


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([], 0),
        ([LATER, MailboxFailed("x")], 75),
        ([LATER, REFUSED], 77),
        ([REFUSED, WRONG], 77),
        ([WRONG, WRONG], 78),
        ([WRONG, LATER], 75),
        ([WRONG, NotFound("x")], 75),
    ],
)
def test_what_failed_gives_one_exit_code(errors: list[KithError], code: int) -> None:
    assert failures(errors) == code
