"""What headers mean: those of programs people leave, and those they write themselves, in their own languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.book.columns import columns, is_day_first
from kith.book.roles import Role


def role(header: str) -> Role | None:
    return next(iter(columns([header])), None)


@pytest.mark.parametrize(
    ("meant", "headers"),
    [
        (Role.ADDRESS, "Email|E-mail|eMail|EMAIL ADDRESS|EmailAddress|Email1|Email 2|E-mail 2 Address|Email (home)"),
        (Role.ADDRESS, "Email Home|Email - Home|work_email|Primary Email|Emails|E-mail 1 - Value|Additional emails"),
        (Role.ADDRESS, "Mail|Person - Email - Work|Contact Email|Email:|Your e-mail address (required)|Addresses"),
        (Role.ADDRESS, "E-Mail-Adresse|E-Mail 2: Adresse|E-Mail privat|Primäre E-Mail-Adresse|Emailadresse"),
        (Role.ADDRESS, "Courriel|Adresse e-mail|Adresse électronique|Adresse de messagerie 2|Courriel professionnel"),
        (Role.ADDRESS, "Correo|Correo electrónico|Dirección de correo electrónico|Indirizzo e-mail|Posta elettronica"),
        (Role.ADDRESS, "E-mailadres|E-mail (werk)|Endereço de e-mail|E-post|E-postadress|E-mailadresse|Mejl"),
        (Role.PHONE, "Phone|Home Phone|Mobile Number|Phone 1 - Value|Tel. dienstlich|Mobil-Tel.-Nr.|Telefon (privat)"),
        (Role.PHONE, "Téléphone|Teléfono móvil|Telefono cellulare|Telefoon thuis|Telemóvel|Mobiltelefon"),
        (Role.BIRTHDAY, "Birthday|Person - Birthday|birthdate|Birth Date|DOB|Geburtsdatum|Date de naissance"),
        (Role.BIRTHDAY, "Fødselsdag|Fecha de nacimiento|Data di nascita|Geboortedatum|Data de nascimento|Födelsedag"),
        (Role.EVERY, "every|Cadence|Frequency|stay_in_touch_frequency|Keep in touch|How often|Häufigkeit"),
        (Role.EVERY_WEEKS, "Frequency (weeks)|Every weeks|Intervall (Wochen)"),
        (Role.EVERY_MONTHS, "Contact frequency in months|Fréquence (mois)"),
        (Role.FIRST, "First Name|FirstName|first_name|Given name|Vorname|Prénom|Nombre|Nome|Voornaam|Förnamn|Fornavn"),
        (Role.LAST, "Last Name|LastName|Nachname|Nom de famille|Apellidos|Cognome|Achternaam|Sobrenome|Efternamn"),
        (Role.NAME, "Name|Full Name|Contact Name|Nom complet|Nombre y apellidos|Nome e cognome|Naam|Navn|Namn"),
        (Role.ABOUT, "Notes|Contact notes|Notizen|Remarques|Notas|Notities"),
    ],
)  # fmt: skip
def test_a_header_means_the_same_in_whatever_words_and_order(meant: Role, headers: str) -> None:
    assert {header: role(header) for header in headers.split("|")} == dict.fromkeys(headers.split("|"), meant)


@pytest.mark.parametrize(
    "header",
    [
        "E-mail 1 - Label", "E-mail Display Name", "Email Type", "Email Domain", "Last email date", "Email opt-out",
        "Home Address", "Contact Address", "Mailing Address", "Adresse", "Assistant's Phone", "Business Fax",
        "Manager's Name", "Contact owner", "Record ID - Contact", "Spouse's birthday", "Anniversary", "Next follow up",
        "Last contacted", "First contact on", "Days since last contact", "Email or phone", "", "7", "!!!",
    ],
)  # fmt: skip
def test_what_is_about_something_else_has_no_role(header: str) -> None:
    assert role(header) is None


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Vorname,Name,Mail", True),
        ("Name,Correo", True),
        ("Name,E-Mail-Adresse,Fødselsdag", True),
        ("First Name,Last Name,E-mail Address,Birthday,Categories,Notes", False),
        ("name,email,birthday,Ort", False),
    ],
)
def test_a_header_tells_whether_its_language_writes_the_day_first(header: str, told: bool) -> None:
    assert is_day_first(header.split(",")) is told


@given(st.lists(st.text(max_size=100), max_size=4))
def test_any_header_has_columns_or_none(header: list[str]) -> None:
    places = [place for found in columns(header).values() for place in found]
    assert sorted(set(places)) == sorted(places)
    assert set(places) <= set(range(len(header)))
