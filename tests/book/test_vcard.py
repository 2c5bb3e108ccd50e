"""vCards in: what real programs write, what broken and hostile ones do; and out, and back in."""

import time
from dataclasses import replace

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from kith.book import fields, vcard
from kith.domain.contact import Contact, Skipped
from kith.domain.dates import Birthday, Duration, Unit
from kith.errors import UsageError
from support.contacts import contacts

JANE = Contact("Jane Doe", ("jane@example.com",), source="book.vcf, card 1")


def card(*lines: str, version: str = "3.0") -> bytes:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", "")).encode()


def one(data: bytes) -> Contact:
    (found,) = vcard.read(data, "book.vcf")
    assert isinstance(found, Contact), found
    return found


def skipped(data: bytes) -> str:
    (found,) = vcard.read(data, "book.vcf")
    assert isinstance(found, Skipped), found
    return found.why


def test_a_card_becomes_a_contact_with_everything_kith_keeps() -> None:
    data = card(
        "N:Doe;Jane;;;",
        "FN:Jane Doe",
        "UID:urn:uuid:4fbe8971",
        "item1.EMAIL;type=INTERNET;type=pref:jane@example.com",
        "EMAIL;TYPE=work:Jane@Work.example",
        "EMAIL;TYPE=home:JANE@example.com",
        "TEL;VALUE=uri;TYPE=cell:tel:+33-6-12",
        "BDAY:1980-05-12",
        "CATEGORIES:Friends,school\\, old",
        "NOTE:Met in Lisbon\\nlikes tea\\; and cake",
        "X-KITH-EVERY:6 weeks",
        "X-KITH-CIRCLE:friends",
    )
    assert one(data) == Contact(
        name="Jane Doe",
        addresses=("jane@example.com", "Jane@Work.example"),
        circle="friends",
        tags=("Friends", "school, old"),
        every=Duration(6, Unit.WEEK),
        birthday=Birthday(5, 12, 1980),
        about="Met in Lisbon\nlikes tea; and cake",
        phones=("+33-6-12",),
        source="book.vcf, card 1",
        uid="urn:uuid:4fbe8971",
    )


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("FN:Jane Doe", "N:Other;Name"), "Jane Doe"),
        (("FN:  ", "N:Doe;Jane;Q.;Dr.;Jr."), "Dr. Jane Q. Doe Jr."),
        (("N:Doe",), "Doe"),
        (("FN:-", "ORG:Acme\\; Sons;Sales"), "Acme; Sons"),
        (("NICKNAME:JJ", "EMAIL:jane.van_doe@example.com"), "Jane Van Doe"),
        (("EMAIL:12@example.com",), "12"),
        (("EMAIL:_@example.com",), "_@example.com"),
        (("FN:Smith, Jr.",), "Smith, Jr."),
        (("FN:José\u0000 \u0007Núñez",), "José Núñez"),
        (("FN:" + "x" * 1000,), "x" * 300),
        (("fn;charset=utf-8:Lower",), "Lower"),
        (("FN:Zoe\u0308",), "Zoë"),
    ],
)
def test_the_name_is_fn_else_n_else_the_organisation_else_made_of_the_address(
    lines: tuple[str, ...], name: str
) -> None:
    assert one(card(*lines)).name == name


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("FN:Silva\\, Maria\nN:Silva;Maria;;;", "Maria Silva"),
        ("N:Silva;Maria;;;\nFN:silva\\, maria", "maria silva"),
        ("FN:Silva\\, Maria", "Silva, Maria"),
        ("FN:Silva\\, Maria\nN:Roe;Bob;;;", "Silva, Maria"),
        ("FN:Acme\\, Inc.\nN:;;;;\nORG:Acme\\, Inc.", "Acme, Inc."),
    ],
)
def test_a_full_name_is_turned_where_its_parts_say_that_the_family_stands_first(lines: str, name: str) -> None:
    (found,) = vcard.read(f"BEGIN:VCARD\nVERSION:3.0\n{lines}\nEND:VCARD\n".encode(), "x.vcf")
    assert isinstance(found, Contact)
    assert found.name == name


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("mailto:jane@example.com", ("jane@example.com",)),
        ("Jane Doe <jane@example.com>", ("jane@example.com",)),
        ("a@example.com, b@example.com", ("a@example.com", "b@example.com")),
        ("undisclosed-recipients:;", ()),
        ("jane at example.com", ()),
        ("a@b@c", ()),
        ('"a b"@example.com', ('"a b"@example.com',)),
        ('"a" b"@example.com', ()),
        ('"a..b"@example.com', ('"a..b"@example.com',)),
        ("jörg@bücher.example", ("jörg@bücher.example",)),
        ("x" * 400 + "@example.com", ()),
        ("@", ()),
    ],
)
def test_an_email_property_gives_its_addresses(value: str, addresses: tuple[str, ...]) -> None:
    assert one(card("FN:Jane", f"EMAIL:{value}")).addresses == addresses


@pytest.mark.parametrize(
    ("line", "birthday"),
    [
        ("BDAY:19800512", Birthday(5, 12, 1980)),
        ("BDAY:1980-05-12T00:00:00Z", Birthday(5, 12, 1980)),
        ("BDAY;VALUE=date-time:19800512T101500Z", Birthday(5, 12, 1980)),
        ("BDAY:--0229", Birthday(2, 29)),
        ("BDAY:--05-12", Birthday(5, 12)),
        ("BDAY:1984-02-29", Birthday(2, 29, 1984)),
        ("BDAY;VALUE=date;X-APPLE-OMIT-YEAR=1604:1604-05-12", Birthday(5, 12)),
        ("BDAY;X-APPLE-OMIT-YEAR=1904:1904-05-12", Birthday(5, 12)),
        ("BDAY;VALUE=text:circa 1800", None),
        ("BDAY:1981-02-29", None),
        ("BDAY:---12", None),
        ("BDAY:", None),
    ],
)
def test_a_birthday_may_lack_its_year(line: str, birthday: Birthday | None) -> None:
    found = one(card("FN:Jane", line))
    assert found.birthday == birthday
    assert found.unread == ("" if birthday else line.partition(":")[2])


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("KIND:group", "a group"),
        ("KIND:org", "an organisation"),
        ("KIND:Location", "a place"),
        ("X-ABShowAs:COMPANY", "a company"),
        ("X-ADDRESSBOOKSERVER-KIND:group", "a group"),
    ],
)
def test_a_card_of_something_else_is_no_person(line: str, what: str) -> None:
    assert skipped(card("FN:Acme", "EMAIL:office@acme.example", line)) == f"it is {what}, not a person"


def test_a_card_that_calls_itself_an_individual_is_a_person() -> None:
    assert one(card("FN:Jane", "KIND:individual")).name == "Jane"


def test_version_2_1_is_read_with_quoted_printable_soft_breaks_and_bare_parameters() -> None:
    note = b"Zo=EB likes =3D signs, a lot of them; and lines=\n that are broken=0D=0Ahere"
    data = b"\n".join((
        b"BEGIN:VCARD", b"VERSION:2.1",
        b"N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg",
        b"NOTE;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:" + note,
        b"EMAIL;INTERNET;PREF:joerg@example.com",
        b"ORG:C:\\new",
        b"END:VCARD", b"",
    ))  # fmt: skip
    found = one(data)
    assert (found.name, found.addresses) == ("Jörg Müller", ("joerg@example.com",))
    assert found.about == "Zoë likes = signs, a lot of them; and lines that are broken\nhere"


def test_a_backslash_in_version_2_1_is_a_backslash() -> None:
    assert one(card("FN:C:\\new", version="2.1")).name == "C:\\new"


@pytest.mark.parametrize(
    "data",
    [
        card("FN:Zoë’s"),
        b"\xef\xbb\xbf" + card("FN:Zoë’s"),
        card("FN:Zoë’s").decode().encode("utf-16"),
        b"\xfe\xff" + card("FN:Zoë’s").decode().encode("utf-16-be"),
        card("FN:Zoë’s").decode().encode("cp1252"),
        card("FN;CHARSET=windows-1252:Zoë’s").decode().encode("cp1252"),
        card("FN;CHARSET=us-ascii:Zoë’s"),
        card("FN;CHARSET=unicode_escape:Zoë’s"),
        card("FN;ENCODING=b:Wm/Dq+KAmXM="),
        card("FN:Zo@@’s").replace(b"@@", b"\xc3\r\n \xab"),  # folded inside a character
        card("FN:Zoë’s").replace(b"\r\n", b"\r"),
        card("FN:Zoë’s").replace(b"\r\n", b"\r\r\n"),
    ],
)
def test_names_survive_every_encoding(data: bytes) -> None:
    assert one(data).name == "Zoë’s"


def test_one_line_in_another_encoding_spoils_no_other() -> None:
    both = card("FN:Zoë") + card("FN:Zoë").decode().encode("latin-1")
    assert [entry.name for entry in vcard.read(both, "b") if isinstance(entry, Contact)] == ["Zoë", "Zoë"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"BEGIN:VCARD\r\nFN:Cut\r\n", "the card has no end"),
        (card("NOTE:nobody"), "it has neither a name nor an address"),
        (card("FN:Team", "KIND:group"), "it is a group, not a person"),
        (card("FN:Team", "X-ADDRESSBOOKSERVER-KIND:group"), "it is a group, not a person"),
    ],
)
def test_one_bad_card_costs_one_card(bad: bytes, why: str) -> None:
    good = card("FN:Jane Doe", "EMAIL:jane@example.com")
    assert vcard.read(good + bad + good, "book.vcf") == [
        JANE,
        Skipped("book.vcf, card 2", why),
        replace(JANE, source="book.vcf, card 3"),
    ]


@pytest.mark.parametrize(
    "junk",
    [
        "garbage without a colon",
        "PHOTO;ENCODING=b;TYPE=JPEG:" + "\r\n ".join(["AAAA" * 18] * 50),
        "PHOTO;BASE64:AAAA\r\nBBBB=\r\nCCCC",
        'EMAIL;X="never closed:x',
        "X-A;" + "," * 100 + ":x",
        ":::",
        ";",
        "AGENT:\r\nBEGIN:VCARD\r\nFN:The Agent\r\nEMAIL:agent@example.com\r\nEND:VCARD",
        "AGENT:http://example.com/a.vcf",
        "NOTE;ENCODING=QUOTED-PRINTABLE:=ZZ=4",
        "NOTE;ENCODING=BASE64:A",
        "TEL:",
    ],
)
def test_junk_in_a_card_costs_nothing(junk: str) -> None:
    found = one(card("FN:Jane Doe", junk, "EMAIL:jane@example.com"))
    assert (found.name, found.addresses) == ("Jane Doe", ("jane@example.com",))


def test_a_soft_break_at_the_end_of_a_card_does_not_swallow_the_next() -> None:
    open_ended = card("FN;QUOTED-PRINTABLE:Jane=")
    assert [entry.name for entry in vcard.read(open_ended * 2, "b") if isinstance(entry, Contact)] == ["Jane", "Jane"]


def test_a_long_note_is_cut_and_what_follows_it_is_read() -> None:
    quoted = "NOTE;ENCODING=QUOTED-PRINTABLE:" + "x" * 70 + "=\r\n" + "\r\n".join(["y" * 70 + "="] * 1000) + "\r\nend"
    found = one(card("FN:Jane", quoted, "EMAIL:jane@example.com"))
    assert len(found.about) == fields.MAX_ABOUT
    assert found.addresses == ("jane@example.com",)


def test_a_file_without_a_card_says_so_and_an_empty_one_says_nothing() -> None:
    assert skipped(b"hello") == "there is no contact card in it"
    assert vcard.read(b"\r\n", "book.vcf") == []


def test_a_file_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MAX_BYTES", 1000)
    with pytest.raises(UsageError, match=r"book\.vcf"):
        vcard.read(b"x" * 1001, "book.vcf")


@pytest.mark.parametrize(
    "hostile",
    [
        b"EMAIL;TYPE=" + b"," * 300_000,
        b"EMAIL;" + b'"' * 300_001,
        b"EMAIL;" + b'a="b";' * 60_000,
        b"NOTE:" + b"\r\n x" * 100_000,
        b"NOTE:" + b"\\" * 300_001,
        b"CATEGORIES:" + b"," * 300_000,
        b"FN:" + b"a" * 300_000 + b".",
        b"a-" * 150_000,
        b"FN:a" + "\u0301\u0316".encode() * 75_000,
        b"NOTE;QUOTED-PRINTABLE:" + b"=\r\n" * 100_000,
        b"BEGIN:VCARD\r\n" * 23_000,
        b"AGENT:\r\nBEGIN:VCARD\r\n" * 14_000,
        b"FN;CHARSET=cp999:x\r\n" * 15_000,
        b"\r\n" * 150_000,
    ],
)
def test_hostile_lines_take_a_moment_at_most(hostile: bytes) -> None:
    started = time.perf_counter()
    vcard.read(b"BEGIN:VCARD\r\nFN:Jane\r\n" + hostile + b"\r\nEND:VCARD\r\n", "book.vcf")
    assert time.perf_counter() - started < 2


def test_twenty_thousand_cards_take_seconds() -> None:
    started = time.perf_counter()
    assert len(vcard.read(card("FN:Jane Doe", "EMAIL:jane@example.com", "PHOTO:" + "A" * 500) * 20_000, "b")) == 20_000
    assert time.perf_counter() - started < 10


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    for entry in vcard.read(data, "x"):
        assert isinstance(entry, Contact | Skipped)


_WORDS = (
    "BEGIN:VCARD", "END:VCARD", "FN", "N", "EMAIL", "BDAY", "NOTE", "AGENT", "CATEGORIES", "X-KITH-EVERY", "VERSION",
    "2.1", "ENCODING=QUOTED-PRINTABLE", "BASE64", "CHARSET=", "utf-16", "idna", ":", ";", ",", "=", "\\", '"', "a@b.c",
    "0229",
)  # fmt: skip
_PIECES = (*(word.encode() for word in _WORDS), b"\r\n", b"\n", b"\r\n ", b"\x00", b"\xff", b"\xc3")


@given(st.lists(st.sampled_from(_PIECES) | st.binary(max_size=3), max_size=60).map(b"".join))
def test_no_mixture_of_vcard_pieces_breaks_the_reader(data: bytes) -> None:
    for entry in vcard.read(b"BEGIN:VCARD\r\n" + data + b"\r\nEND:VCARD\r\n", "x"):
        assert isinstance(entry, Skipped) or (entry.name and "\x00" not in entry.name)


_full = st.builds(
    lambda contact, phones, uid: replace(contact, phones=fields.unique(phones), uid=fields.line(uid)),
    contacts,
    st.lists(st.from_regex(r"\+?[0-9][0-9 -]{0,20}[0-9]", fullmatch=True).map(fields.line), max_size=3),
    st.text(max_size=60),
)


@given(st.lists(_full, max_size=4))
@example([replace(JANE, name="A;B,C\\nD:é", about="x" * 68 + "漢\n y\\", tags=("a,b", "c;d", "e\\f"))])
def test_what_is_written_is_read_back_the_same(people: list[Contact]) -> None:
    found = vcard.read(vcard.write(people).encode(), "out.vcf")
    assert [replace(entry, source="") for entry in found if isinstance(entry, Contact)] == [
        replace(person, source="") for person in people
    ]


@given(contacts)
def test_written_lines_have_at_most_75_octets_and_whole_characters(person: Contact) -> None:
    lines = vcard.write([person]).encode().split(b"\r\n")
    assert lines[-1] == b""
    for line in lines:
        assert len(line) <= 75
        line.decode("utf-8")


def test_another_program_reads_what_is_written() -> None:
    person = replace(
        JANE, name="Müller; Jörg", about="a long note, " * 20, tags=("a, b", "c"), birthday=Birthday(5, 12)
    )
    theirs = vobject.readOne(vcard.write([person]))
    assert theirs.fn.value == person.name
    assert theirs.email.value == "jane@example.com"
    assert theirs.note.value == person.about.strip()
    assert theirs.bday.value == "--0512"


def test_control_characters_and_lone_surrogates_are_not_written() -> None:
    text = vcard.write([replace(JANE, name="Jane\x00\ud800 Doe", about="a\r\nb")])
    assert "FN:Jane Doe\r\n" in text
    assert "NOTE:a\\nb\r\n" in text


def test_a_birthday_of_two_numbers_that_could_be_two_days_is_left_to_the_owner() -> None:
    (found,) = vcard.read(b"BEGIN:VCARD\nFN:Jane\nBDAY:5/12/1980\nEND:VCARD\n", "x.vcf")
    assert found == Contact("Jane", source="x.vcf, card 1", unread="5/12/1980")
