"""Questions on a terminal: prompts go to stderr, answers come from stdin, a password is not shown."""

import getpass
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import Final

from kith.errors import UsageError

WIDEST: Final = 78
_RANGE = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")
_LONGEST_LINE: Final = 1000

Check = Callable[[str], str]
"""What is wrong with an answer, in words; "" where nothing is."""


def anything(_answer: str) -> str:
    """Every answer will do."""
    return ""


def is_possible() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def say(text: str = "") -> None:
    """Some words, each paragraph broken to fit the screen."""
    width = min(WIDEST, shutil.get_terminal_size().columns - 1)
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        broken = textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
        print("\n".join(broken), file=sys.stderr, flush=True)


def show(text: str) -> None:
    """Text as it is, such as a table."""
    print(text, file=sys.stderr, flush=True)


def for_line(question: str, default: str = "", check: Check = anything) -> str:
    """One line, asked again until it will do; Enter takes the default. "" only where the check allows it."""
    while True:
        print(f"{question}{f' [{default}]' if default else ''}: ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise _ended()
        answer = _clean(line) or default
        problem = check(answer)
        if not problem:
            return answer
        say(f"  {problem}")


def for_secret(question: str) -> str:
    """A password, not shown while it is typed and never empty."""
    while True:
        try:
            answer = getpass.getpass(f"{question}: ").strip()
        except EOFError:
            raise _ended() from None
        if answer:
            return answer
        say("  Nothing was typed.")


def _ended() -> UsageError:
    print(file=sys.stderr)
    return UsageError("the answers ended before the questions; nothing was written", "run it again")


def for_choice(question: str, choices: Sequence[str]) -> int:
    """Which of some numbered choices, from 0; Enter takes the first."""
    say(question)
    for number, choice in enumerate(choices, 1):
        say(f"  {number}  {choice}")
    numbers = [str(n) for n in range(1, len(choices) + 1)]
    wrong = f"Type a number from 1 to {len(choices)}."
    return int(for_line("Your choice", "1", lambda a: "" if a in numbers else wrong)) - 1


def numbers_in(text: str, most: int) -> list[int] | None:
    """The numbers that "1-5 8", "all" or "none" mean, each once and in order; None for anything else."""
    words = text.casefold().replace(",", " ").replace("–", "-").replace(" - ", "-").split()
    if words in (["all"], ["none"], []):
        return list(range(1, most + 1)) if words == ["all"] else []
    found: set[int] = set()
    for word in words:
        match = _RANGE.fullmatch(word)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= low <= high <= most:
            return None
        found.update(range(low, high + 1))
    return sorted(found)


def _clean(line: str) -> str:
    """What was typed, without what only a terminal means."""
    return " ".join("".join(c if c.isprintable() else " " for c in line[:_LONGEST_LINE]).split())
