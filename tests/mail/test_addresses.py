"""The author on whose word Kith acts: one address that no program reads in another way, or none."""

import time
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.mail.addresses import addresses, sole_author

ALEX = "alex@example.com"


@pytest.mark.parametrize(
    "field",
    [
        ALEX, f"<{ALEX}>", f"Alex <{ALEX}>", f'"Moreau, Alex" <{ALEX}>', f'"x@y <z>" <{ALEX}>',
        f"Alex M. Moreau <{ALEX}>", f"  Alex\t< {ALEX} > ",
        f"=?utf-8?q?Al=C3=A9x?= =?utf-8?b?TW9yZWF1?= <{ALEX}>", f"Zoë 🙂 <{ALEX}>", f"{ALEX} (Alex)",
        f"Alex (home) <{ALEX}>",
    ],
)  # fmt: skip
def test_one_plain_author_is_believed(field: str) -> None:
    assert sole_author([field]) == ALEX


MARKED = [
    "ravi@डाटामेल.भारत", "อาท@ที่อยู่.ไทย", "x@இந்தியா.இந்தியா", "x@مَرحَبا.مصر", "x@mu\u0308ller.example"
]  # fmt: skip


@pytest.mark.parametrize("address", MARKED)
@pytest.mark.parametrize("field", ["{}", "R <{}>", '"R, S" <{}>', "{} (R)", "zoë@example.org, {}"])
def test_a_domain_may_have_marks_that_belong_to_its_letters(address: str, field: str) -> None:
    assert addresses(field.format(address))[-1].address == address
    assert sole_author([field.format(address)]) == ("" if "," in field and '"' not in field else address)


@pytest.mark.parametrize(
    "domain", ["exam\u034fple.com", "exam\ufe0fple.com", "\u0308.com", "exam”ple.com", "exam€ple.com"]
)
def test_a_domain_of_other_signs_is_not_believed(domain: str) -> None:
    assert sole_author([f"alex@{domain}"]) == ""


@pytest.mark.parametrize(
    "field",
    [
        "", "alex", "alex@", "@example.com", f"<{ALEX}>@evil.example", f"{ALEX} <eve@evil.example>",
        f"Alex <{ALEX}> <eve@evil.example>", f"Alex <{ALEX}> eve@evil.example", f"Alex <{ALEX}", f"Alex {ALEX}>",
        f"{ALEX}, eve@evil.example", f"{ALEX},", f"us: {ALEX};", f"us:{ALEX}", f"<@evil.example:{ALEX}>",
        '"alex@example.com"@evil.example', '"alex"@example.com', "alex @example.com", "alex@ example.com",
        "alex@example..com", "alex@-.", f"{ALEX}(<eve@evil.example>", f"{ALEX} (a (b))", f"{ALEX} (eve@evil.example)",
        f"Alex; <{ALEX}>", f"Alex\\ <{ALEX}>", f'"Alex <{ALEX}>', f"[Alex] <{ALEX}>", "=?utf-8?q?alex=40example.com?=",
        f"Alex <{ALEX}\x00>", "a@b@example.com", "alex@[192.0.2.1]", f"Alex <mailto:{ALEX}>", "x" * 3000 + f" <{ALEX}>",
    ],
)  # fmt: skip
def test_where_there_is_any_doubt_nobody_is(field: str) -> None:
    assert sole_author([field]) == ""


def test_two_fields_are_two_authors() -> None:
    assert sole_author([]) == sole_author([ALEX, ALEX]) == ""


PIECES = st.sampled_from(
    [
        ALEX,
        "eve@evil.example",
        "Alex",
        "<",
        ">",
        '"',
        "\\",
        "(",
        ")",
        ",",
        ";",
        ":",
        "@",
        ".",
        " ",
        "=?utf-8?q?=3C?=",
        "é",
    ]
)


@given(st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=40))
def test_whoever_is_believed_is_whom_others_read_as_well(field: str) -> None:
    author = sole_author([field])
    if author:
        assert [spec for _, spec in getaddresses([field])] == [author]
        assert [one.address for one in addresses(field)] == [author]


@pytest.mark.parametrize("piece", ["a ", '"a" ', '"', "(", "<", "a@", ". ", "é", "\\", " ", "\u0308", "a\u0308@"])
def test_a_long_field_takes_no_time(piece: str) -> None:
    begun = time.perf_counter()
    for end in ("", f" <{ALEX}>", "<", "@b", '"'):
        sole_author([piece * 100_000 + end])
        sole_author([(piece * 2_000)[:1900] + end])
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize("name", [ALEX, f"'{ALEX}'", f'"{ALEX}"', f"'{ALEX.upper()}'"])
def test_an_address_as_its_own_name_hides_no_other(name: str) -> None:
    assert [one.address for one in addresses(f"{name} <{ALEX}>")] == [ALEX]


@pytest.mark.parametrize("name", ["eve@evil.example", "'eve@evil.example'", f"'{ALEX}' eve@evil.example"])
def test_another_address_as_a_name_gives_none(name: str) -> None:
    assert addresses(f"{name} <{ALEX}>") == ()
