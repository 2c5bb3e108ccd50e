"""Bytes nobody would send on purpose: samples of real things, cut, doubled, turned and joined to others.

`KITH_FUZZ=20` in the environment makes every fuzzer try twenty times as much.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import FrameType
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES: Final = 40
_MOST_BYTES: Final = 1 << 16
_WORDS: Final = (
    b"\0", b"\r\n", b"\n", b"\r", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x1b$B", b"=?", b"?=", b"=?utf-8?b?gg==?=",
    b"=?utf-8?q?=0D=0AX:_1?=", b'"', b"\\", b"(", b")", b"<", b">", b"@", b":", b";", b",", b"{99999}", b"{3}\r\n",
    b"%00", b"&", b"&-", b"--", b"9" * 40, b"-1", b"\xe2\x80\xa8", b"NIL", b"\t", b" ", b"From ", b"\nFrom a Mon",
    b"BEGIN:VCALENDAR\n", b"END:VEVENT\n", b"[]" * 50, b"<div>", b"<blockquote>", b"\xf0\x9f\x98\x80",
)  # fmt: skip


def fuzzed(examples: int = EXAMPLES) -> settings:
    """How much a fuzzer tries, and that it does not look at the clock."""
    times = int(os.environ.get("KITH_FUZZ", "1"))
    return settings(max_examples=examples * times, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def mutated(draw: st.DrawFn, samples: Sequence[bytes]) -> bytes:
    """One of the samples after some accidents."""
    data = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 6))):
        data = draw(_accident(data, samples))[:_MOST_BYTES]
    return data


def _accident(data: bytes, samples: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    place = st.integers(0, len(data))
    inserted = st.one_of(st.sampled_from(_WORDS), st.binary(max_size=8), st.sampled_from(samples))
    return st.one_of(
        st.builds(lambda at, more: data[:at] + more + data[at:], place, inserted),
        st.builds(lambda at, length: data[:at] + data[at + length :], place, st.integers(1, 60)),
        st.builds(lambda at, length, n: data[:at] + data[at : at + length] * n + data[at:], place,
                  st.integers(1, 40), st.integers(2, 30)),
        st.builds(lambda at, byte: data[:at] + bytes([byte]) + data[at + 1 :], place, st.integers(0, 255)),
        st.builds(lambda at: data[:at], place),
        st.just(data.replace(b"\r\n", b"\n")),
        st.just(data.upper()),
    )  # fmt: skip


def texts(value: Any) -> list[str]:
    """All texts in a value, however deep."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return [text for each in fields(value) for text in texts(getattr(value, each.name))]
    if isinstance(value, Mapping):
        return [text for pair in value.items() for each in pair for text in texts(each)]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [text for each in value for text in texts(each)]
    return []


def check_clean(value: Any, *, lines: bool = False) -> None:
    """Raises AssertionError where a text has what no database or header takes; lines: line ends are allowed."""
    for text in texts(value):
        text.encode("utf-8")  # no surrogate
        assert "\0" not in text
        assert lines or not set(text) & set("\r\n"), repr(text)


def effort(work: Callable[[], object]) -> int:
    """How many lines of Python a piece of work takes: what a clock would say, without the noise of a clock."""
    count = 0

    def line(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
