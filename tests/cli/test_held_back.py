"""A digest that cannot be written: status says so, with what to mend, for as long as it is so."""

from datetime import timedelta

import pytest

from support.terminal import NOW, Terminal


@pytest.fixture
def late(kith: Terminal) -> Terminal:
    """Kith in the week after it was set up, and the digest's slot has come."""
    kith("people", "add", "Ann Roe", "ann@example.com", "--every", "1 week")
    kith.now = NOW + timedelta(days=7)
    (kith.folder / "templates").mkdir()
    return kith


@pytest.mark.parametrize("name", ["digest.txt.j2", "digest.html.j2", "digest.subject.j2"])
def test_a_broken_template_needs_the_owner_until_it_is_mended(late: Terminal, name: str) -> None:
    template = late.folder / "templates" / name
    template.write_text("Hi\n{{ 1/0 }}", encoding="utf-8")
    [needs] = late.json("status", code=1)["needs_you"]
    assert needs == (
        f"the digest of 2026-05-18 cannot be written: the template {template}, line 2: division by zero "
        "(fix it, or remove the file to get Kith's own back)"
    )
    said = late.line("--config", str(late.config), "status")
    assert said.code == 1
    assert "Needs you:\n  the digest of 2026-05-18 cannot be written" in said.out
    assert "All is well" not in said.out
    template.write_text("Hi", encoding="utf-8")
    assert late("status").endswith("\nAll is well.\n")


def test_before_its_time_nothing_is_wrong_with_a_digest(late: Terminal) -> None:
    (late.folder / "templates" / "digest.txt.j2").write_text("{{ 1/0 }}", encoding="utf-8")
    late.now = NOW
    assert late.json("status")["needs_you"] == []
