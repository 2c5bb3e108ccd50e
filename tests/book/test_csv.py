"""CSV in the dialects of the programs people leave; broken, hostile; and Kith's own, out and back in."""

import csv as plain_csv
import io
import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kith.book import csv, fields
from kith.domain.contact import Contact, Skipped
from kith.domain.dates import Birthday, Duration, Unit
from kith.errors import KithError, UsageError
from support.contacts import contacts

GOOGLE = """\
First Name,Middle Name,Last Name,Phonetic First Name,Nickname,File As,Organization Name,Organization Title,Birthday,\
Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value
Jane,Q.,Doe,,JJ,,Acme,CTO,1980-05-12,"Met in Lisbon,
likes tea",,school ::: Family, close ::: * myContacts,* Home,jane@example.com,Work,j@x.example ::: k@x.example,,+33 6
,,,,,,Bakery,,--02-29,,,* myContacts,,,,,,
,,,,,,,,,,,,,,,,,
,,,,,,,,,,,* myContacts,,,,,,+33 7
""".replace("school ::: Family, close ::: * myContacts", '"school ::: Family, close ::: * myContacts"')

GOOGLE_OLD = """\
Name,Given Name,Additional Name,Family Name,Birthday,Group Membership,E-mail 1 - Type,E-mail 1 - Value
Jane Doe,Jane,,Doe,,* myContacts ::: Mentors,* Home,jane@example.com
"""

LINKEDIN = """\
Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing.
You will only see email addresses for connections who have allowed it, see ""Settings""."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Jane,Doe,https://example.com/in/jane,jane@example.com,Acme,Engineer,12 May 2020
Bob,"O'Hara, PhD",https://example.com/in/bob,,,,13 May 2020
,,,,,,14 May 2020
"""

OUTLOOK = """\
Title;First Name;Last Name;E-mail Address;E-mail 2 Address;E-mail Display Name;Birthday;Categories;Business Phone
Mr.;Bob;Roe;bob@example.com;bob@work.example;Bob Roe (bob@example.com);12/31/1980;school\\, old;+1 2
;Ann;Roe;ann@example.com;;;5/6/1981;Family;
;Tim;Roe;tim@example.com;;;0/0/00;a;
"""


def read(text: str | bytes) -> list[Contact | Skipped]:
    return csv.read(text if isinstance(text, bytes) else text.encode(), "people.csv").entries


def bare(text: str) -> list[Contact]:
    return [replace(entry, source="", chosen=False) for entry in read(text) if isinstance(entry, Contact)]


def test_google_contacts_are_read() -> None:
    assert read(GOOGLE) == [
        Contact(
            "Jane Q. Doe",
            ("jane@example.com", "j@x.example", "k@x.example"),
            tags=("school", "Family, close"),
            birthday=Birthday(5, 12, 1980),
            about="Met in Lisbon,\nlikes tea",
            phones=("+33 6",),
            source="people.csv, line 2",
        ),
        Contact("Bakery", birthday=Birthday(2, 29), source="people.csv, line 4"),
        Skipped("people.csv, line 6", "it has neither a name nor an address"),
    ]


def test_the_older_google_table_is_read() -> None:
    assert bare(GOOGLE_OLD) == [Contact("Jane Doe", ("jane@example.com",), tags=("Mentors",))]


def test_linkedin_connections_are_read_below_their_preamble() -> None:
    assert read(LINKEDIN) == [
        Contact("Jane Doe", ("jane@example.com",), about="Engineer, Acme", source="people.csv, line 6"),
        Contact("Bob O'Hara, PhD", source="people.csv, line 7"),
        Skipped("people.csv, line 8", "it has neither a name nor an address"),
    ]


def test_outlook_contacts_are_read_with_birthdays_that_have_the_month_first() -> None:
    assert bare(OUTLOOK) == [
        Contact(
            "Bob Roe",
            ("bob@example.com", "bob@work.example"),
            tags=("school, old",),
            birthday=Birthday(12, 31, 1980),
            phones=("+1 2",),
        ),
        Contact("Ann Roe", ("ann@example.com",), tags=("Family",), birthday=Birthday(5, 6, 1981)),
        Contact("Tim Roe", ("tim@example.com",), tags=("a",)),
    ]


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("name,email\nJane,jane@example.com\n", Contact("Jane", ("jane@example.com",))),
        ("NAME;E-Mail\r\nJane;jane@example.com\r\n", Contact("Jane", ("jane@example.com",))),
        ("Full Name\tMail\nJane\tjane@example.com", Contact("Jane", ("jane@example.com",))),
        ("sep=;\nname;email\nJane;jane@example.com\n", Contact("Jane", ("jane@example.com",))),
        ("email\njane.doe@example.com\n", Contact("Jane Doe", ("jane.doe@example.com",))),
        ("email,name\n,Jane\n", Contact("Jane")),
        ("email\nOnly Two <only2@plain.example>\n", Contact("Only Two", ("only2@plain.example",))),
        ('email\n"""Two, Only"" <only2@plain.example>"\n', Contact("Only Two", ("only2@plain.example",))),
        ("email\n<only2@plain.example>\n", Contact("Only2", ("only2@plain.example",))),
        ("email\na@b.example <only2@plain.example>\n", Contact("A", ("a@b.example", "only2@plain.example"))),
        ("name,addresses\nJane,a@x.info; A@X.info b@x.info\n", Contact("Jane", ("a@x.info", "b@x.info"))),
        ("name,email\nJane,nobody at home\n", Contact("Jane")),
        ("name,email,email 2\nJane,broken,jane@example.com\n", Contact("Jane", ("jane@example.com",))),
        ("Name,Email,Group\nJane,,friends\n", Contact("Jane", circle="friends")),
        ("name,tags\nJane,\"#a, B;b;c\\;d\"\n", Contact("Jane", tags=("a", "B", "c;d"))),
        ("name,cadence\nJane,every 6 weeks\n", Contact("Jane", every=Duration(6, Unit.WEEK))),
        ("name,every\nJane,sometimes\n", Contact("Jane", unread_every="sometimes")),
        ("name,birthday\nJane,14 juillet 1989\n", Contact("Jane", birthday=Birthday(7, 14, 1989))),
        ("name,birthday\nJane,14-Jul-15\n", Contact("Jane", unread="14-Jul-15")),
        ("name,birth year,birth month,birth day\nJane,1980,2,30\n", Contact("Jane", unread="1980-02-30")),
        ("name,birth year,birth month,birth day\nJane,1980,,\n", Contact("Jane", unread="1980")),
        ("name,birthday\nJane,12 May 1980\n", Contact("Jane", birthday=Birthday(5, 12, 1980))),
        ("name,bday\nJane,5/6/1981\n", Contact("Jane", unread="5/6/1981")),
        ("name,birthday\nJane,31/12/1980 00:00\n", Contact("Jane", birthday=Birthday(12, 31, 1980))),
        ("Vorname;Name;E-Mail-Adresse\nJörg;Müller;j@x.example\n", Contact("Jörg Müller", ("j@x.example",))),
        ("Prénom,Nom,Adresse de messagerie\nZoë,Noir,z@x.example\n", Contact("Zoë Noir", ("z@x.example",))),
        ("name,email\nJane,jane@example.com,more,cells\n", Contact("Jane", ("jane@example.com",))),
        ("email,about,name\njane@example.com\n", Contact("Jane", ("jane@example.com",))),
        ("name,notes\nJane,a\x00b\x07\n", Contact("Jane", about="ab")),
        ("name,about\nJane,'=SUM(1)\n", Contact("Jane", about="=SUM(1)")),
        ("name,about\nJane,'tis\n", Contact("Jane", about="'tis")),
    ],
)  # fmt: skip
def test_any_table_with_a_header_is_read(text: str, contact: Contact) -> None:
    assert bare(text) == [contact]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_survive_every_encoding(encoding: str) -> None:
    (found,) = read("name,email\nZoë’s,z@x.example\n".encode(encoding))
    assert isinstance(found, Contact)
    assert found.name == "Zoë’s"


def test_one_line_in_another_encoding_spoils_no_other() -> None:
    found = read("name\nZoë\n".encode() + "Zoë\n".encode("latin-1"))
    assert [entry.name for entry in found if isinstance(entry, Contact)] == ["Zoë", "Zoë"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",nobody at home,", "“nobody at home” is no address"),
        (",,note only", "it has neither a name nor an address"),
        ('"Jane,jane@example.com', "a quotation mark is not closed, or a field is too long"),
        ("x" * 200_000, "a quotation mark is not closed, or a field is too long"),
    ],
)
def test_a_bad_row_is_skipped_and_its_neighbours_are_kept(row: str, why: str) -> None:
    text = f"name,email,about\nAnn,ann@example.com\n{row}\nBob,bob@example.com\n"
    assert read(text) == [
        Contact("Ann", ("ann@example.com",), source="people.csv, line 2"),
        Skipped("people.csv, line 3", why),
        Contact("Bob", ("bob@example.com",), source="people.csv, line 4"),
    ]


@pytest.mark.parametrize("text", ["hello\nworld\n", "Jane Doe,jane@example.com\n", "PK\x03\x04"])
def test_a_table_without_a_header_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(text)
    assert "email" in refused.value.hint


@pytest.mark.parametrize("text", ["", "\n\n", "name,email\n", "name,email\n,\n\n  , \n"])
def test_a_table_of_nobody_gives_nobody(text: str) -> None:
    assert read(text) == []


def test_a_file_beyond_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MAX_BYTES", 1000)
    with pytest.raises(UsageError, match=r"people\.csv"):
        read(b"x" * 1001)
    monkeypatch.setattr(csv, "MAX_LINES", 10)
    with pytest.raises(UsageError, match="more than 10 lines"):
        read(b"\n" * 21)


@pytest.mark.parametrize(
    "hostile",
    ['x"y,"z\n' * 40_000, '"\n' * 100_000, '"' * 300_001, ",\n" * 100_000, "," * 300_000, 'a,"b\n' * 50_000, ' "' * 99],
)  # fmt: skip
def test_hostile_quotes_take_a_moment_at_most(hostile: str) -> None:
    started = time.perf_counter()
    read("name,email\n" + hostile)
    assert time.perf_counter() - started < 4


def test_twenty_thousand_rows_take_seconds() -> None:
    started = time.perf_counter()
    assert len(read("name,email,tags\n" + "Jane Doe,jane@example.com,a;b\n" * 20_000)) == 20_000
    assert time.perf_counter() - started < 6


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for start in (b"", b"name,email,tags,birthday\n"):
        try:
            found = read(start + data)
        except KithError:
            continue
        assert all(isinstance(entry, Contact | Skipped) for entry in found)


@given(st.text("\",;\t\n\r'=-+@\\:a1/ \x00é", max_size=120))
def test_no_mixture_of_delimiters_and_quotes_breaks_the_reader(text: str) -> None:
    for entry in read("name,email,labels,tags,birthday,every\n" + text):
        assert isinstance(entry, Skipped) or entry.name


@given(st.lists(contacts, max_size=4))
@example([Contact("'=1+1", tags=("a;b", "c,d", "e\\", ":::"), about='-x\n\'y\n"z"', birthday=Birthday(5, 12))])
def test_what_is_written_is_read_back_the_same(people: list[Contact]) -> None:
    assert bare(csv.write(people)) == people


@given(contacts)
def test_no_cell_is_a_formula(person: Contact) -> None:
    for row in plain_csv.reader(io.StringIO(csv.write([person]), newline="")):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_header_is_the_one_that_is_promised() -> None:
    assert csv.write([]) == "name,addresses,circle,tags,every,birthday,about,phones,paused,snoozed_until\r\n"


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("name,addresses,circle,tags,every,birthday,about,phones,paused,snoozed_until", True),
        ("name,addresses,circle,tags,every,birthday,about,phones", True),
        ("name,addresses,circle,tags,every,birthday,about", False),
        ("First Name,Last Name,URL,Email Address,Company,Position,Connected On", False),
    ],
)
def test_only_a_table_of_kiths_own_says_that_its_people_are_chosen(header: str, chosen: bool) -> None:
    assert [entry.chosen for entry in read(f"{header}\nJane Doe\n") if isinstance(entry, Contact)] == [chosen]


THUNDERBIRD = """\
First Name,Last Name,Display Name,Nickname,Primary Email,Mobile Number,Birth Year,Birth Month,Birth Day,Notes
Sue,Roe,Sue Roe,,sue@example.com,+33 6,1980,2,29,tea
Tom,Roe,Tom Roe,,tom@example.com,,,5,12,
Una,Roe,Una Roe,,una@example.com,,1980,,,
"""


THUNDERBIRD_GERMAN = """\
Vorname,Nachname,Anzeigename,Primäre E-Mail-Adresse,Tel. privat,Geburtsjahr,Geburtsmonat,Geburtstag
Sue,Roe,Sue Roe,sue@example.com,+33 6,1980,2,29
"""


def test_thunderbirds_german_day_of_birth_is_no_whole_birthday() -> None:
    found = Contact("Sue Roe", ("sue@example.com",), birthday=Birthday(2, 29, 1980), phones=("+33 6",))
    assert bare(THUNDERBIRD_GERMAN) == [found]


def test_thunderbirds_birthdays_have_a_column_for_each_number() -> None:
    assert [one.birthday for one in bare(THUNDERBIRD)] == [Birthday(2, 29, 1980), Birthday(5, 12), None]


def test_outlooks_german_telephones_are_found() -> None:
    header = "Vorname;Nachname;E-Mail-Adresse;Telefon privat;Mobiltelefon"
    found = bare(f"{header}\nOlga;Roe;olga@example.com;030 1;0170 2\n")
    assert found == [Contact("Olga Roe", ("olga@example.com",), phones=("030 1", "0170 2"))]


@pytest.mark.parametrize(
    ("header", "dates", "says"),
    [
        ("First Name,E-mail Address,Birthday", ["5/12/1980", "4/4/1990"], [None, "1990-04-04"]),
        ("First Name,E-mail Address,Birthday", ["5/12/1980", "5/13/1980"], ["1980-05-12", "1980-05-13"]),
        ("First Name,E-mail Address,Birthday", ["5-12-1980", "13-5-1980"], ["1980-12-05", "1980-05-13"]),
        ("First Name,E-mail Address,Birthday", ["5/12/1980", "5/13/1980", "13/5/1980"], [None, *["1980-05-13"] * 2]),
        ("First Name,E-mail Address,Birthday", ["5.12.1980"], ["1980-12-05"]),
        ("Vorname,E-Mail-Adresse,Geburtstag", ["5/12/1980"], ["1980-12-05"]),
        ("Vorname,E-Mail-Adresse,Geburtstag", ["5/12/1980", "5/13/1980"], ["1980-05-12", "1980-05-13"]),
        ("Nombre,Correo,Fecha de nacimiento", ["05-12-1980"], ["1980-12-05"]),
    ],
)
def test_what_could_be_two_birthdays_is_decided_by_its_column_or_by_the_language_of_the_header(
    header: str, dates: list[str], says: list[str | None]
) -> None:
    found = bare("\n".join([header, *(f"P{number},p@x.example,{text}" for number, text in enumerate(dates))]))
    assert [str(one.birthday) if one.birthday else None for one in found] == says
    assert [one.unread for one in found] == ["" if day else text for day, text in zip(says, dates, strict=True)]


@pytest.mark.parametrize(
    ("header", "cell", "every", "unread"),
    [
        ("stay_in_touch_frequency", "30", Duration(30, Unit.DAY), ""),
        ("Frequency", "90", Duration(90, Unit.DAY), ""),
        ("Frequency", "90.0", Duration(90, Unit.DAY), ""),
        ("Frequency (weeks)", "6", Duration(6, Unit.WEEK), ""),
        ("Frequency (months)", "2", Duration(2, Unit.MONTH), ""),
        ("Frequency (weeks)", "2 months", Duration(2, Unit.MONTH), ""),
        ("Keep In Touch", "Quarterly", Duration(3, Unit.MONTH), ""),
        ("Frequency", "0", None, ""),
        ("Frequency", "Never", None, ""),
        ("Frequency", "2", None, "2"),
        ("Frequency", "9" * 5000, None, "9" * 300),
        ("Frequency", "now and then", None, "now and then"),
    ],
)
def test_a_rhythm_in_numbers_counts_days_or_what_the_header_says(
    header: str, cell: str, every: Duration | None, unread: str
) -> None:
    assert bare(f"name,{header}\nJane,{cell}\n") == [Contact("Jane", every=every, unread_every=unread)]


def test_a_column_that_holds_nothing_but_addresses_is_taken_for_one_where_no_header_names_any() -> None:
    table = "Name;Kontakt;Ort;Web\nZoë;zoe@x.example;Ulm;@zoe\n;;;\nBo;;Ulm;bo@x.example\nAl;Al <al@x.example>;;\n"
    assert [one.addresses for one in bare(table)] == [("zoe@x.example",), (), ("al@x.example",)]
    assert [one.addresses for one in bare("Name,Email,Kontakt\nZoë,,zoe@x.example\n")] == [()]


def test_columns_that_hold_something_and_mean_nothing_are_left_aside_and_told() -> None:
    table = "name,email,Colour,Empty,E-mail 1 - Label,Tier \nJane,j@x.example,red,,* Home,\nBob,,, ,,1,more\n"
    assert csv.read(table.encode(), "people.csv").left_aside == ("Colour", "Tier")
    assert csv.read(csv.write([Contact("Jane")]).encode(), "people.csv").left_aside == ()


def test_a_name_with_the_family_first_is_turned() -> None:
    table = 'Name,Email\n"Silva, Maria",\n"Acme, Inc.",\n"O\'Hara, PhD",\n'
    assert [one.name for one in bare(table)] == ["Maria Silva", "Acme, Inc.", "O'Hara, PhD"]


DEX = """\
First Name,Last Name,Job Title,Description,Emails,Phones,Birthday,Groups,Keep In Touch,Last Seen
Jane,Doe,CTO,Met in Lisbon,"j@x.example, j2@x.example","+1 2, +1 3",1980-05-12,"friends, sf",Monthly,2024-01-01
"""


def test_dex_has_several_addresses_and_numbers_in_one_cell() -> None:
    assert bare(DEX) == [
        Contact(
            "Jane Doe",
            ("j@x.example", "j2@x.example"),
            tags=("friends", "sf"),
            every=Duration(1, Unit.MONTH),
            birthday=Birthday(5, 12, 1980),
            about="Met in Lisbon",
            phones=("+1 2", "+1 3"),
        )
    ]


MONICA = """\
id,first_name,last_name,nickname,birthdate,stay_in_touch_frequency,email
1,Jane,Doe,JJ,1980-05-12 00:00:00,30,j@x.example
2,Bob,Roe,,1604-05-12,,b@x.example
"""


def test_monicas_birthdates_and_rhythms_are_read() -> None:
    assert bare(MONICA) == [
        Contact("Jane Doe", ("j@x.example",), every=Duration(30, Unit.DAY), birthday=Birthday(5, 12, 1980)),
        Contact("Bob Roe", ("b@x.example",), birthday=Birthday(5, 12)),
    ]
