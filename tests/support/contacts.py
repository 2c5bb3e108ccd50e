"""Contacts as hypothesis makes them up: any that a reader could give."""

from datetime import date

from hypothesis import strategies as st

from kith.book import fields
from kith.domain.contact import Contact
from kith.domain.dates import Birthday, Duration, Unit

texts = st.text(st.characters(codec="utf-8"), max_size=120) | st.text("\\;,:'\"=+-@#\n\t ab1é漢", max_size=200)
names = texts.map(fields.person_name).filter(bool)
words = st.text("abcdefghijklmnopqrstuvwxyz019.-_=+'é", min_size=1, max_size=12)
addresses = (
    st.builds("{}@{}".format, words, words)
    .map(lambda text: "".join(fields.addresses(text)))
    .filter(lambda address: bool(address) and fields.addresses(address) == (address,))
)
birthdays = st.one_of(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda day: Birthday(day.month, day.day, day.year)),
    st.builds(Birthday, st.integers(1, 12), st.integers(1, 28)),
    st.just(Birthday(2, 29)),
)
durations = st.builds(Duration, st.integers(1, 90), st.sampled_from(Unit))


def _several(words: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(words, max_size=4).map(fields.unique)


contacts = st.builds(
    Contact,
    name=names,
    addresses=_several(addresses),
    circle=st.none() | texts.map(fields.line).filter(bool),
    tags=st.lists(texts, max_size=4).map(fields.tags),
    every=st.none() | durations,
    birthday=st.none() | birthdays,
    about=texts.map(fields.block),
    phones=_several(texts.map(lambda text: fields.line(text, 60))),
    paused=st.booleans(),
    snoozed_until=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
"""What all formats keep: all but uid and source."""
