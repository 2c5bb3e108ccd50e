"""What servers in the wild say, replayed from transcripts, and what Kith keeps of it."""

from pathlib import Path

import pytest

from support.transcripts import names, read, replay


@pytest.mark.parametrize("name", names())
def test_of_what_a_server_said_is_kept_what_must_be(name: str, tmp_path: Path) -> None:
    visits = 0
    for expected, told in replay(read(name), tmp_path):
        visits += 1
        error = expected.pop("error", "")
        assert error in told["error"] if error else not told["error"], f"visit {visits}: {told['error']}"
        assert expected == {key: value for key, value in told.items() if key != "error"}, f"visit {visits}"
    assert visits > 0


@pytest.mark.parametrize("name", names())
def test_a_transcript_says_what_it_is_about_and_where_that_is_known_from(name: str) -> None:
    transcript = read(name)
    assert transcript.title
    assert transcript.sources
