"""What a scan tells: the one exit code where mailboxes failed, and counts in words."""

import pytest

from kith.cli.scan import failures, scanned
from kith.errors import ConfigError, KithError, LoginRefused, MailboxFailed, NotFound, TryLater
from kith.jobs.scan import MailboxResult

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


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 touch taken back: it is none as"), (2, "2 touches taken back: they are none as")],
)
def test_what_is_taken_back_is_counted_in_words(count: int, said: str) -> None:
    assert f"  {said} your settings are today\n" in scanned([MailboxResult("personal", taken_back=count)], 1.0)
