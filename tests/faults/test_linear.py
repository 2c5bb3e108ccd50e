"""What is read in answers takes time in proportion to its length, whatever is repeated in it how often."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kith.domain import ownwords, plain, reply
from kith.domain.message import Envelope
from kith.mail.flowed import unflowed
from kith.mail.mime import Message
from kith.mail.replytext import new_text
from kith.mail.snippet import snippet
from support.fuzz import effort

SECRET = b"k" * 32
LETTER = (
    "1   Maria Silva\n    You last wrote in May, about the flat in Lisbon and the way there.\n\nadd Bob <b@x.example>\n"
)
MARKS = ownwords.marks([LETTER], SECRET)
TODAY = date(2026, 11, 22)

READERS: Mapping[str, Callable[[str], object]] = {
    "the plain text of an answer": lambda text: new_text(text, None, ["alex@example.com"], owner="Alex Moreau"),
    "the HTML of an answer": lambda text: new_text(None, f"<p>{text}", ["alex@example.com"], owner="Alex Moreau"),
    "what an answer asks for": lambda text: reply.parse(
        text, TODAY, {"Maria", "Bob"}.__contains__, owner="Alex Moreau"
    ),
    "a note to oneself": lambda text: reply.parse_self_note(text, text, TODAY, {"Maria", "Bob"}.__contains__),
    "politeness": lambda text: reply.is_mere_politeness(text, "Alex Moreau"),
    "an answer without the letter's words": lambda text: ownwords.without(text, MARKS, SECRET),
    "what stands between the letter's words": lambda text: ownwords.between(text, MARKS, SECRET),
    "a letter of ours": lambda text: ownwords.marks([text], SECRET),
    "flowed text": lambda text: unflowed(text, delsp=True),
    "the beginning of a mail": lambda text: snippet(Message(Envelope(), text=text)),
    "the beginning of a mail in HTML": lambda text: snippet(Message(Envelope(), html=text)),
    "a line": plain.one_line,
    "a title": plain.title,
}
REPEATED = [
    *("\n", " ", ">", "> ", "> a\n", ">> a\nb\n", "-- \n", "--\n", "-----\n\n", "__________\n", "=====\n"),
    *(
        "On 22 Nov 2026, Kith wrote:\n",
        "On 22 Nov\n",
        "Am 22.11.2026 schrieb\n",
        "Le 22/11/2026 à 10:00, Kith a écrit :\n",
    ),
    *(
        "Kith <alex@example.com>\n",
        "From: Kith\n",
        "From: a\nSent: b\nTo: c\n\n",
        "De: b\n",
        "-----Original Message-----\n",
    ),
    *("Sent from my iPhone\n", "Alex Moreau\n", "Cheers,\nAlex\n", "Tel 1\n", "This message is confidential\n\n"),
    *(
        "1 lunch\n",
        "1 lunch; ",
        "Maria: called. ",
        "Maria, Bob: ",
        "@bob ",
        "snooze 3 weeks. ",
        "in 3 months ",
        "and then ",
    ),
    *(
        "add Jane\n",
        "add Jane <jane@x.example> every 6 weeks #a\n",
        "circle ",
        "every ",
        "#a ",
        "<jane@x.example>\n",
        "thanks ",
    ),
    *(
        "introduce Maria to Bob: ",
        "thank Bob for it\n",
        "share x with Maria\n",
        "? Maria\n",
        "undo\n",
        "a<a> ",
        "[b](b) ",
        "(1) ",
    ),
    *("<div>", "</div>", "<p>", "<br>", "<a href=http://x>y", "<ol><li>", "<pre>\n", "<blockquote>", "</blockquote>"),
    *(
        "<script>",
        "</script",
        "<!--",
        "<div id=divRplyFwdMsg>",
        "<div class='",
        "&amp;",
        "&#1",
        "&nbsp;",
        "\u200b",
        "e\u0301",
    ),
    *(reply.SENTINEL, LETTER, "You last wrote in May, about the flat\n", "www.", "a://", "a.", "word ", "word"),
]


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(st.lists(st.sampled_from(REPEATED), min_size=1, max_size=3), st.sampled_from(["", *REPEATED]))
@example(["__________\n"], "")
@example(["=====\n", "\n"], "1 lunch\n")
@settings(deadline=None, max_examples=15)
def test_four_times_the_text_takes_four_times_the_steps(
    reader: Callable[[str], object], repeated: list[str], first: str
) -> None:
    unit = "".join(repeated)
    few, many = (effort(partial(reader, first + unit * count)) for count in (50, 200))
    assert many < 5 * few + 100
