"""What a column of a table of contacts holds."""

from enum import StrEnum


class Role(StrEnum):
    """What a column holds."""

    NAME = "name"
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"
    ORGANISATION = "organisation"
    POSITION = "position"
    ADDRESS = "address"
    PHONE = "phone"
    CIRCLE = "circle"
    TAGS = "tags"
    LABELS = "labels"  # Google's, parted by :::
    EVERY = "every"
    EVERY_WEEKS = "every so many weeks"
    EVERY_MONTHS = "every so many months"
    BIRTHDAY = "birthday"
    BIRTH_YEAR = "birth year"  # Thunderbird's, one column each
    BIRTH_MONTH = "birth month"
    BIRTH_DAY = "birth day"
    ABOUT = "about"
    PAUSED = "paused"
    SNOOZED = "snoozed until"
