"""Whose word makes an answer believable, and all the ways in which it does not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.address import Address
from kith.domain.message import Envelope
from kith.domain.trust import disowned, vouched

GMAIL = (
    "mx.google.com; dkim=pass header.i=@example.com header.s=s1 header.b=aBc1+/=; "
    "arc=pass (i=1 spf=pass spfdomain=example.com dkim=pass dkdomain=example.com dmarc=pass fromdomain=example.com); "
    "spf=pass (google.com: domain of alex@example.com designates 192.0.2.1 as permitted sender) "
    "smtp.mailfrom=alex@example.com; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com"
)
FASTMAIL = (
    "phl-mx-04.messagingengine.com; "
    "bimi=skipped (DMARC Policy is not at enforcement); "
    "arc=none (no signatures found); "
    "dkim=pass (2048-bit rsa key sha256) header.d=example.com header.i=@example.com header.b=x1 header.a=rsa-sha256 "
    "header.s=fm2 x-bits=2048; "
    "dmarc=pass policy.published-domain-policy=none policy.applied-disposition=none policy.evaluated-disposition=none "
    "(p=none,d=none,d.eval=none) policy.policy-from=p header.from=example.com; "
    "iprev=pass smtp.remote-ip=192.0.2.1 (mail.example.com); "
    "spf=pass smtp.mailfrom=alex@example.com smtp.helo=mail.example.com"
)
MICROSOFT = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dkim=pass (signature was verified) "
    "header.d=example.com;dmarc=pass action=none header.from=example.com;compauth=pass reason=100"
)
ICLOUD = (
    "dmarc.icloud.com; dmarc=pass header.from=example.com",
    "dkim-verifier.icloud.com; dkim=pass (2048-bit key) header.d=example.com header.i=@example.com header.b=Qq==",
)
OPENDKIM = 'mx.example.org; dkim=pass\n\treason="2048-bit key; unprotected key"\n\theader.d=example.com header.b="aB=="'
RSPAMD = "mx.example.org;\n\tdkim=pass header.d=example.com header.s=s header.b=Zz;\n\tdmarc=none;\n\tspf=softfail"


def _from(*addresses: str, **marks: str) -> Envelope:
    return Envelope(from_=tuple(Address("Alex", a) for a in addresses), marks=marks)


ALEX = _from("alex@example.com")


@pytest.mark.parametrize(
    ("fields", "pinned"),
    [
        ([GMAIL], "mx.google.com"),
        ([GMAIL], "MX.Google.com"),
        ([FASTMAIL], "phl-mx-04.messagingengine.com"),
        (list(ICLOUD), "dmarc.icloud.com"),
        ([ICLOUD[1]], "dkim-verifier.icloud.com"),
        ([OPENDKIM], "mx.example.org"),
        ([RSPAMD], "mx.example.org"),
        (["mx.example.org; dmarc=pass"], "mx.example.org"),
        (["mx.example.org; dmarc=pass (p=REJECT)"], "mx.example.org"),
        (["mx.example.org; dmarc=pass (header.from=evil.example)"], "mx.example.org"),
        (["mx.example.org; spf=fail; dmarc=pass policy.dmarc=none"], "mx.example.org"),
        (["mx.example.org 1; dmarc=pass header.from=example.com"], "mx.example.org"),
        (["mx.example.org;dmarc=pass header.from=example.com"], "mx.example.org"),
        (["mx.example.org (a comment (and another)) ; dmarc=pass header.from=example.com"], "mx.example.org"),
        (["mx.example.org; dmarc = pass (x) header.from (y) = example.com"], "mx.example.org"),
        (["mx.example.org; dkim=pass header.d=example.com header.i=alex@sub.example.com"], "mx.example.org"),
        (["mx.example.org; dmarc=none header.from=example.com; dkim=pass header.d=example.com"], "mx.example.org"),
        (["mx.example.org; DMARC=Pass header.FROM=EXAMPLE.com"], "mx.example.org"),
        (["mx.example.org; dkim/1=pass header.d=example.com"], "mx.example.org"),
        (['mx.example.org; dmarc=pass header.from="example.com"'], "mx.example.org"),
        (["mx.example.org; dkim=fail header.d=example.com; dkim=pass header.d=example.com"], "mx.example.org"),
    ],
)
def test_the_word_of_the_owners_provider_is_believed(fields: list[str], pinned: str) -> None:
    assert vouched(fields, ALEX, pinned)


@pytest.mark.parametrize(
    "field",
    [
        "mx.example.org; none",
        "mx.example.org",
        "",
        ";;;",
        "mx.example.org; dmarc=fail header.from=example.com",
        "mx.example.org; dmarc=fail header.from=example.com; dkim=pass header.d=example.com",
        "mx.example.org; dmarc = fail header.from=example.com; dkim=pass header.d=example.com",
        "mx.example.org; dmarc (x) =fail header.from=example.com; dkim=pass header.d=example.com",
        "mx.example.org; dmarc=permerror; dkim=pass header.d=example.com",
        "mx.example.org; dmarc=pass header.from=",
        "mx.example.org; dmarc=pass; dmarc=fail",
        "mx.example.org; dmarc=pass; dmarc=pass header.from=evil.example",
        "mx.example.org; dmarc=pass; spf=pass header.from=evil.example",
        "mx.example.org; dmarc=pass (never closed",
        "mx.example.org; x-dmarc=pass",
        "mx.example.org; dmarc=pass header.from=sub.example.com",
        "mx.example.org; dmarc=pass header.from=com",
        "mx.example.org; dmarc=pass header.from=evil.example; dkim=pass header.d=example.com",
        "mx.example.org; dmarc=pass header.from=example.com; dmarc=pass header.from=evil.example",
        "mx.example.org; dmarc/2=pass header.from=example.com",
        "mx.example.org 2; dmarc=pass header.from=example.com",
        "mx.example.org 1 1; dmarc=pass header.from=example.com",
        "mx.example.org v; dmarc=pass header.from=example.com",
        "mx.example.org; dkim/2=pass header.d=example.com",
        "mx.example.org; dkim=pass header.d=example.com header.i=@evil.example",
        "mx.example.org; dkim=pass header.d=example.com header.i=@notexample.com",
        "mx.example.org; dmarc=bestguesspass header.from=example.com",
        "mx.example.org; dmarc=passed",
        "mx.example.org; dmarc=none; spf=pass smtp.mailfrom=alex@example.com",
        "mx.example.org; spf=pass smtp.mailfrom=alex@example.com",
        "mx.example.org; arc=pass header.d=example.com",
        "mx.example.org; dmarc=pass header.from=evil.example",
        "mx.example.org; dmarc=pass header.from=evil.example header.from=example.com",
        "mx.example.org; dkim=pass",
        "mx.example.org; dkim=pass header.d=evil.example",
        "mx.example.org; dkim=pass header.d=evil.example header.d=example.com",
        "mx.example.org; dkim=pass header.d=evil.example header.i=@example.com",
        "mx.example.org; dkim=pass header.d=com",
        "mx.example.org; dkim=pass header.d=ple.com",
        "mx.example.org; dkim=pass header.d=sub.example.com",
        "mx.example.org; dkim=pass header.d=example.com.evil.example",
        "mx.example.org; dkim=fail header.d=example.com",
        "mx.example.org; x-dkim=pass header.d=example.com",
        "mx.example.org.evil.example; dmarc=pass",
        "evil.example; dmarc=pass",
        "dmarc=pass; mx.example.org; dmarc=pass",
        MICROSOFT,
    ],
)
def test_anything_less_is_not(field: str) -> None:
    assert not vouched([field], ALEX, "mx.example.org")


@pytest.mark.parametrize(
    "field",
    [
        'mx.example.org; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.com"@evil.example',
        'mx.example.org; spf=pass smtp.mailfrom="x\\"; dmarc=pass header.from=example.com"@evil.example',
        'mx.example.org; spf=pass smtp.mailfrom="x\\\\\\"; dmarc=pass header.from=example.com; \\""@evil.example',
        "mx.example.org; spf=pass (x; dmarc=pass header.from=example.com) smtp.mailfrom=a@evil.example",
        "mx.example.org; spf=pass (x (y) ; dmarc=pass header.from=example.com ; z) smtp.mailfrom=a@evil.example",
        "mx.example.org; spf=pass (x \\) ; dmarc=pass header.from=example.com ;) smtp.mailfrom=a@evil.example",
        'mx.example.org; spf=pass (") ; x="; dmarc=pass header.from=example.com ; (")',
        'mx.example.org; spf=pass reason="(" x="; dmarc=pass header.from=example.com; )"',
        "mx.example.org; spf=pass (never closed; dmarc=pass header.from=example.com",
        "mx.example.org; spf=pass closed twice); dmarc=pass header.from=example.com",
        'mx.example.org; spf=pass smtp.mailfrom="never closed; dmarc=pass header.from=example.com',
        "mx.example.org; spf=pass smtp.mailfrom=x\\; dmarc=pass header.from=example.com",
        'mx.example.org; "dmarc=pass" header.from=example.com',
        'mx.example.org; dkim=pass "header.d=example.com"',
        'mx.example.org; dkim=pass header.s="a header.d=example.com" header.d=evil.example',
        "mx.example.org; dkim=pass (header.d=example.com) header.d=evil.example",
        '"mx.example.org; dmarc=pass header.from=example.com"',
        "(mx.example.org; dmarc=pass header.from=example.com",
        "mx.example.org dmarc=pass header.from=example.com",
    ],
)
def test_what_a_sender_chose_cannot_speak_for_the_provider(field: str) -> None:
    assert not vouched([field], ALEX, "mx.example.org")


def test_only_the_topmost_field_counts() -> None:
    forged, real = "mx.example.org; dmarc=pass header.from=example.com", "mx.example.org; dmarc=fail"
    assert vouched([forged, real], ALEX, "mx.example.org")
    assert not vouched([real, forged], ALEX, "mx.example.org")
    assert not vouched(["elsewhere.example; dmarc=fail", forged], ALEX, "mx.example.org")
    assert not vouched([], ALEX, "mx.example.org")


def test_without_a_pinned_provider_nobody_is_believed() -> None:
    for nobody in ("", " ", "\t"):
        assert not vouched([GMAIL], ALEX, nobody)
        assert not vouched(["; dmarc=pass header.from=example.com"], ALEX, nobody)


@pytest.mark.parametrize(
    "envelope",
    [
        _from(),
        _from("alex"),
        _from("alex@"),
        _from("alex@example.com", "sam@example.com"),
        _from("alex@example.com", **{"from-count": "2"}),
    ],
)
def test_an_author_who_is_not_one_address_is_not_vouched_for(envelope: Envelope) -> None:
    assert not vouched(["mx.example.org; dmarc=pass header.from=example.com"], envelope, "mx.example.org")


@pytest.mark.parametrize(
    ("signed", "author", "aligned"),
    [
        ("example.com", "a@mail.example.com", True),
        ("mail.example.com", "a@example.com", False),
        ("EXAMPLE.com.", "a@Example.Com", True),
        ("xn--bcher-kva.example", "a@bücher.example", True),
        ("bücher.example", "a@xn--bcher-kva.example", True),
        ("example.com", "a@notexample.com", False),
        ("example.com", '"x@y"@example.com', True),
        ("example.com", '"a@example.com"@evil.example', False),
        ("co", "a@example.co", False),
    ],
)
def test_a_signature_is_aligned_with_from_or_above_it(signed: str, author: str, aligned: bool) -> None:
    for where in ("header.d=", "header.i=@", "header.i=anybody@"):
        assert vouched([f"mx.example.org; dkim=pass {where}{signed}"], _from(author), "mx.example.org") is aligned


QUOTABLE = st.text(st.characters(codec="utf-8"), max_size=60) | st.text('"\\();= dmarc=pass', max_size=60)


@given(QUOTABLE, QUOTABLE)
def test_nothing_within_quotes_or_comments_changes_the_verdict(quoted: str, comment: str) -> None:
    in_quotes = quoted.replace("\\", "\\\\").replace('"', '\\"')
    in_comment = comment.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    said = f'mx.example.org; spf=pass ({in_comment}) smtp.mailfrom="{in_quotes}"@evil.example ({in_comment})'
    assert not vouched([said], ALEX, "mx.example.org")
    assert vouched([f"{said}; dmarc=pass ({in_comment}) header.from=example.com"], ALEX, "mx.example.org")


@given(st.text() | st.text('"\\(); =', max_size=100))
def test_no_text_crashes_it_and_none_is_believed_without_the_pinned_name(text: str) -> None:
    assert not vouched([text], ALEX, "mx.example.org")
    assert not vouched([f"evil.example; {text}"], ALEX, "mx.example.org")


@pytest.mark.parametrize("piece", ['"', "(", ")", "\\", '\\"', "();", "a=", "; dkim=pass header.d=x", '"a" '])
def test_a_long_field_takes_no_time(piece: str) -> None:
    begun = time.perf_counter()
    vouched([piece * (400_000 // len(piece))], ALEX, "mx.example.org")
    assert time.perf_counter() - begun < 3


@pytest.mark.parametrize(
    ("fields", "is_forged"),
    [
        (["mx.example.org; dmarc=fail header.from=example.com"], True),
        (["mx.example.org; spf=pass; dkim=pass header.d=evil.example; DMARC = Fail (p=NONE) header.from=a.b"], True),
        (["mx.example.org; dmarc/1=fail", "mx.example.org; dmarc=pass"], True),
        (["mx.example.org; dmarc=pass", "mx.example.org; dmarc=fail"], False),
        (["mx.elsewhere.example; dmarc=fail", "mx.example.org; dmarc=fail"], False),
        (["mx.example.org; spf=fail smtp.mailfrom=evil.example; dkim=none; dmarc=none"], False),
        (["mx.example.org; dmarc=temperror"], False),
        (["mx.example.org; dmarc/2=fail"], False),
        (["mx.example.org; none (dmarc=fail)"], False),
        (['mx.example.org; spf=pass smtp.mailfrom="x; dmarc=fail"'], False),
        (["mx.example.org; dmarc=fail (never closed"], False),
        (["mx.example.org; dmarc=fail " + "x" * 70_000], False),
        (["mx.example.org"], False),
        ([""], False),
        ([], False),
    ],
)
def test_a_forgery_is_one_by_the_topmost_word_of_the_pinned_provider_alone(fields: list[str], is_forged: bool) -> None:
    assert disowned(fields, "mx.example.org") is is_forged
    assert not disowned(fields, "")


@given(st.lists(st.sampled_from(["dmarc=fail", "dmarc=pass", "dkim=pass header.d=example.com", "spf=fail"])))
def test_nobody_vouches_for_what_is_disowned(results: list[str]) -> None:
    told = ["; ".join(["mx.example.org", *results])]
    assert disowned(told, "mx.example.org") is ("dmarc=fail" in results)
    assert not (disowned(told, "mx.example.org") and vouched(told, ALEX, "mx.example.org"))
