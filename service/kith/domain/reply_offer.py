"""The line that a letter offers for adding somebody: sent back as it is, it says no more than it seems to say."""

import re
from dataclasses import replace
from datetime import date
from typing import Final

from kith.domain.address import spoken_name
from kith.domain.instruction import Verb, order
from kith.domain.plain import title
from kith.domain.reply import parse

_LONGEST: Final = 60
"""Characters of a name: a longer one would be wrapped, and its second line read as one of its own."""
_ANY_DAY: Final = date(2000, 1, 1)


def add_line(name: str, address: str) -> str:
    """ "add Jane Doe <jane@example.com>"; "" where no line would add just this address.

    The name is whatever a stranger calls themself. It stands in quotes where its words would be read as more than a
    name ("Bob Stone every 1 day"), without its links, and makes way for what the address tells where it is too long.
    """
    said = name_in_line(title(name))
    if len(said) > _LONGEST:
        said = name_in_line(spoken_name(address))[:_LONGEST].strip()
    lines = [(said, f"add {said} <{address}>"), (said, f'add "{said}" <{address}>')] if said else []
    return next((line for who, line in [*lines, ("", f"add <{address}>")] if _adds(line, who, address)), "")


def _adds(line: str, who: str, address: str) -> bool:
    """Whether a line is understood as nothing but this name and address."""
    wanted = replace(order(Verb.ADD, who=(who,)), address=address)
    return [replace(one, line="") for one in parse(line, _ANY_DAY)] == [wanted]


def name_in_line(name: str) -> str:
    """A name that can stand in a line of a reply without meaning more than itself."""
    return " ".join(re.sub(r'[<>"#@:;,]', " ", name).split())
