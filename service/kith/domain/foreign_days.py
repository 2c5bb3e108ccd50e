"""Days that are told in other languages beside English, in the English words of kith.domain.spoken."""

import re
from typing import Final

_WEEKDAYS: Final = {
    "monday": "montag lundi lunes lunedì lunedi segunda-feira maandag",
    "tuesday": "dienstag mardi martes martedì martedi terça-feira dinsdag",
    "wednesday": "mittwoch mercredi miércoles miercoles mercoledì mercoledi quarta-feira woensdag",
    "thursday": "donnerstag jeudi jueves giovedì giovedi quinta-feira donderdag",
    "friday": "freitag vendredi viernes venerdì venerdi sexta-feira vrijdag",
    "saturday": "samstag sonnabend samedi sábado sabado sabato zaterdag",
    "sunday": "sonntag dimanche domingo domenica zondag",
}
_DAYS: Final = {
    "today": "heute aujourd'hui hoy oggi hoje vandaag",
    "yesterday": "gestern hier ayer ieri ontem gisteren igår eilen wczoraj včera вчера вчора dün 昨日 昨天 어제",
    "day before yesterday": "vorgestern avant-hier anteayer anteontem eergisteren",
}
_UNITS: Final = {
    "days": "tag tage tagen jour jours día días dia dias giorno giorni dag dagen",
    "weeks": "woche wochen semaine semaines semana semanas settimana settimane weken",
    "months": "monat monate monaten mois mes meses mês mese mesi maand maanden",
}
_COUNTS: Final = {
    "1": "ein eine einem einer un une una um uma een",
    "2": "zwei deux dos dois duas due twee",
    "3": "drei trois tres três tre drie",
}


def _english(words: dict[str, str]) -> dict[str, str]:
    return {foreign: english for english, group in words.items() for foreign in group.split()}


_WEEKDAY_OF: Final = _english(_WEEKDAYS)
_DAY_OF: Final = _english(_DAYS)
_UNIT_OF: Final = _english(_UNITS)
_COUNT_OF: Final = _english(_COUNTS)
_NAMES: Final = frozenset(_WEEKDAY_OF) | frozenset(_DAY_OF)
_GERMANIC: Final = frozenset(
    word for group in _WEEKDAYS.values() for word in group.split() if word.endswith(("tag", "dag", "mittwoch", "abend"))
)
"""Weekdays that are written with a capital, or are in no name; Domingo and Ayer are people."""
_PART: Final = re.compile(
    r" ?(?:morgen|vormittag|mittag|nachmittag|abend|nacht|matin|midi|après-midi|soir|mañana|tarde|noche|mattina|"
    r"pomeriggio|sera|manhã|noite|ochtend|middag|avond)\Z"
)
_BEFORE: Final = re.compile(r"\A(?:(?:bis|hasta|jusqu'à|tot|até) )?(?:(?:zum|am|le|el|il|la|na|no|op) )?")
_LAST: Final = re.compile(
    r"\A(?:letzten|letzte|letztes|vorigen|vorige|afgelopen|scorso|scorsa) "
    r"| (?:dernier|scorso|scorsa|pasado|passado|passada)\Z"
)
_AGO: Final = re.compile(
    r"(?:vor|il y a|hace|há) (?P<count>\w+) (?P<unit>\w+)|(?P<n>\w+) (?P<u>\w+) (?:fa|geleden|atrás)"
)
_LAST_ONE: Final = {
    **dict.fromkeys(("letzte woche", "vorige woche", "vorige week", "afgelopen week"), "last week"),
    **dict.fromkeys(
        ("letzten monat", "vorigen monat", "le mois dernier", "el mes pasado", "vorige maand"), "last month"
    ),
    **dict.fromkeys(("la semaine dernière", "la semana pasada", "la settimana scorsa", "semana passada"), "last week"),
}


def in_english(phrase: str) -> str:
    """A day as English says it where the whole phrase is one in German, French, Spanish, Italian, Portuguese or Dutch.

    "" for all other. "am Dienstag" is Tuesday, "mardi dernier" last Tuesday, "vor 2 Wochen" 2 weeks ago. Weekdays and
    small words that are also people's names count only as they are written: "met Domingo" is no Sunday.
    """
    said = " ".join(phrase.split()).rstrip(".,;:!?").replace("’", "'")
    folded = said.casefold()
    if found := _AGO.fullmatch(folded):
        return _ago(found["count"] or found["n"], found["unit"] or found["u"])
    if folded in _LAST_ONE:
        return _LAST_ONE[folded]
    bare = _without_part(_BEFORE.sub("", folded, count=1))
    word = _LAST.sub("", bare, count=1)
    if word not in _NAMES or not (word in _GERMANIC or word in said):
        return ""
    return _DAY_OF.get(word, "") if word == bare and word in _DAY_OF else _weekday(word, is_last=word != bare)


def _without_part(day: str) -> str:
    """A day without the part of it that is said: gestern Abend, Dienstagabend. Sonnabend is a whole one."""
    return day if day in _NAMES else _PART.sub("", day, count=1)


def _ago(count: str, unit: str) -> str:
    number = count if count.isdecimal() else _COUNT_OF.get(count, "")
    return f"{number} {_UNIT_OF[unit]} ago" if number and unit in _UNIT_OF else ""


def _weekday(word: str, *, is_last: bool) -> str:
    return f"{'last ' if is_last else ''}{_WEEKDAY_OF[word]}" if word in _WEEKDAY_OF else ""


def names_a_day(word: str) -> bool:
    """Whether a word is a day's name in one of these languages, written as no person's name is."""
    bare = word.strip(".,;:!?-–—").replace("’", "'")
    folded = _without_part(bare.casefold())
    return folded in _NAMES and (folded in _GERMANIC or folded in bare)
