"""The cutter: the owner's new words out of answers as mail programs write them."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.domain.occasion import Occasion
from kith.domain.reply import HTML_MARK, SENTINEL
from kith.letters import Letters, Rendered, samples
from kith.mail.replytext import new_text

OWN = ("alex@example.com", "alex@work.example")
NEW = "1 lunch today\n2 snooze 3 weeks"
LETTER = f"{SENTINEL}\n\nGood morning, Alex\n\n1   Maria Silva\n    You last wrote in May.\n2   Bob\n\nHow to answer"
QUOTED = "\n".join(f"> {line}".rstrip() for line in LETTER.split("\n"))
HTML_LETTER = (
    f'<table role="presentation" {HTML_MARK}><tr><td><p>{SENTINEL}</p><p>Good morning, Alex</p>'
    "<table><tr><td>1</td><td>Maria Silva</td></tr></table></td></tr></table>"
)
HTML_NEW = "<div>1 lunch today</div><div>2 snooze 3 weeks</div>"


def cut(plain: str | None, html: str | None = None) -> str:
    return new_text(plain, html, OWN, owner="Alex Moreau").words


ATTRIBUTIONS = {
    "Gmail, English": "On Sun, Nov 22, 2026 at 10:00 AM Kith <alex@example.com> wrote:",
    "Gmail, English, wrapped": "On Sun, Nov 22, 2026 at 10:00 AM Kith\n<alex@example.com> wrote:",
    "Gmail, wrapped in the address": "On Sun, Nov 22, 2026 at 10:00 AM Kith (who writes) <\nalex@example.com> wrote:",
    "Apple Mail, English": "On 22 Nov 2026, at 10:00, Kith <alex@example.com> wrote:",
    "Apple Mail without address": "On Nov 22, 2026, at 10:00, Kith wrote:",
    "Thunderbird, English": "On 22/11/2026 10:00, Kith wrote:",
    "Eudora": "At 10:00 22.11.2026, Kith <alex@example.com> wrote:",
    "mutt": "On Sun, Nov 22, 2026 at 10:00:00AM +0100, Kith wrote:",
    "name first": "Kith <alex@example.com> wrote:",
    "German, Gmail": "Am So., 22. Nov. 2026 um 10:00 Uhr schrieb Kith <alex@example.com>:",
    "German, Thunderbird": "Am 22.11.26 um 10:00 schrieb Kith:",
    "German, Apple": "Am 22.11.2026 um 10:00 schrieb Kith <alex@example.com>:",
    "French, Gmail": "Le dim. 22 nov. 2026 à 10:00, Kith <alex@example.com> a écrit :",
    "French, wrapped over three": "Le dimanche 22 novembre 2026\nà 10:00, Kith\n<alex@example.com> a écrit :",
    "French, narrow spaces": "Le 22/11/2026 à 10:00, Kith a écrit\u202f:",
    "Spanish, Gmail": "El dom, 22 nov 2026 a las 10:00, Kith (<alex@example.com>) escribió:",
    "Spanish, wrapped": "El dom, 22 nov 2026 a las\n10:00, Kith (<alex@example.com>) escribió:",
    "Italian, Gmail": "Il giorno dom 22 nov 2026 alle ore 10:00 Kith <alex@example.com> ha scritto:",
    "Italian, Apple": "Il giorno 22 nov 2026, alle ore 10:00, Kith ha scritto:",
    "Dutch, Gmail": "Op zo 22 nov 2026 om 10:00 schreef Kith <alex@example.com>:",
    "Dutch, Apple": "Op 22 nov. 2026, om 10:00 heeft Kith <alex@example.com> het volgende geschreven:",
    "Danish, Gmail": "Den søn. 22. nov. 2026 kl. 10.00 skrev Kith <alex@example.com>:",
    "Swedish, Gmail": "Den sön 22 nov. 2026 kl 10:00 skrev Kith <alex@example.com>:",
    "Swedish, Apple": "22 nov. 2026 kl. 10:00 skrev Kith <alex@example.com>:",
    "Norwegian, Gmail": "søn. 22. nov. 2026 kl. 10:00 skrev Kith <alex@example.com>:",
    "Finnish, Gmail": "su 22. marrask. 2026 klo 10.00 Kith (alex@example.com) kirjoitti:",
    "Polish, Gmail": "niedz., 22 lis 2026 o 10:00 Kith <alex@example.com> napisał(a):",
    "Polish, Thunderbird": "W dniu 22.11.2026 o 10:00, Kith pisze:",
    "Portuguese, Gmail": "Em dom., 22 de nov. de 2026 às 10:00, Kith <alex@example.com> escreveu:",
    "Czech, Gmail": "ne 22. 11. 2026 v 10:00 odesílatel Kith <alex@example.com> napsal:",
    "Slovak": "Dňa 22. 11. 2026 o 10:00 Kith <alex@example.com> napísal(a):",
    "Hungarian, Gmail": "Kith <alex@example.com> ezt írta (időpont: 2026. nov. 22., V, 10:00):",
    "Romanian, Gmail": "În dum., 22 nov. 2026 la 10:00, Kith <alex@example.com> a scris:",
    "Turkish, Gmail": "Kith <alex@example.com>, 22 Kas 2026 Paz, 10:00 tarihinde şunu yazdı:",
    "Turkish, wrapped": "Kith <alex@example.com>, 22 Kas 2026 Paz,\n10:00 tarihinde şunu yazdı:",
    "Russian, Gmail": "вс, 22 нояб. 2026 г. в 10:00, Kith <alex@example.com>:",
    "Russian, Mail.ru": "Воскресенье, 22 ноября 2026, 10:00 +03:00 от Kith <alex@example.com>:",
    "Russian, Thunderbird": "22.11.2026 10:00, Kith пишет:",
    "Ukrainian": "нд, 22 лист. 2026 р. о 10:00 Kith <alex@example.com> пише:",
    "Greek": "Στις Κυρ 22 Νοε 2026 στις 10:00 π.μ., ο χρήστης Kith <alex@example.com> έγραψε:",
    "Hebrew": "בתאריך יום א׳, 22 בנוב׳ 2026 ב-10:00 מאת Kith <alex@example.com>:",
    "Japanese, Gmail": "2026年11月22日(日) 10:00 Kith <alex@example.com>:",
    "Chinese, Gmail": "Kith <alex@example.com> 于2026年11月22日周日 10:00写道：",
    "Chinese, traditional": "Kith <alex@example.com> 於 2026年11月22日 週日 上午10:00寫道：",
    "Korean, Gmail": "2026년 11월 22일 (일) 오전 10:00, Kith <alex@example.com>님이 작성:",
    "Vietnamese": "Vào CN, 22 thg 11, 2026 vào lúc 10:00 Kith <alex@example.com> đã viết:",
}


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
@pytest.mark.parametrize("quote", [QUOTED, LETTER, ""], ids=["marked quote", "unmarked quote", "no quote"])
def test_an_attribution_and_what_it_introduces_are_cut(attribution: str, quote: str) -> None:
    assert cut(f"{NEW}\n\n{attribution}\n\n{quote}\n") == NEW


BLOCKS = {
    "English": "From: @\nSent: Sunday, 22 November 2026 10:00\nTo: Alex\nSubject: Four people",
    "English, bold": "*From:* @\n*Date:* Sunday, 22 November 2026 at 10:00\n*To:* Alex\n*Subject:* Four people",
    "English, long To": "From: Kith\nSent: Sunday\nTo: Alex Moreau;\n  Alex <alex@work.example>\nSubject: Four",
    "German": "Von: @\nGesendet: Sonntag, 22. November 2026 10:00\nAn: Alex\nBetreff: Vier",
    "French": "De : @\nEnvoyé : dimanche 22 novembre 2026 10:00\nÀ : Alex\nObjet : Quatre",
    "French, no-break space": "De\u00a0: Kith\nEnvoyé\u00a0: dimanche\nÀ\u00a0: Alex\nObjet\u00a0: Quatre",
    "Spanish": "De: @\nEnviado el: domingo, 22 de noviembre de 2026 10:00\nPara: Alex\nAsunto: Cuatro",
    "Italian": "Da: @\nInviato: domenica 22 novembre 2026 10:00\nA: Alex\nOggetto: Quattro",
    "Dutch": "Van: @\nVerzonden: zondag 22 november 2026 10:00\nAan: Alex\nOnderwerp: Vier",
    "Danish": "Fra: @\nSendt: 22. november 2026 10:00\nTil: Alex\nEmne: Fire",
    "Swedish": "Från: @\nSkickat: den 22 november 2026 10:00\nTill: Alex\nÄmne: Fyra",
    "Finnish": "Lähettäjä: @\nLähetetty: 22. marraskuuta 2026\nVastaanottaja: Alex\nAihe: Neljä",
    "Polish": "Od: @\nWysłano: niedziela, 22 listopada 2026 10:00\nDo: Alex\nTemat: Cztery",
    "Portuguese": "De: @\nEnviada em: domingo, 22 de novembro de 2026\nPara: Alex\nAssunto: Quatro",
    "Czech": "Od: @\nOdesláno: neděle 22. listopadu 2026 10:00\nKomu: Alex\nPředmět: Čtyři",
    "Hungarian": "Feladó: @\nElküldve: 2026. november 22.\nCímzett: Alex\nTárgy: Négy",
    "Turkish": "Kimden: @\nGönderildi: 22 Kasım 2026 Pazar\nKime: Alex\nKonu: Dört",
    "Russian": "От: @\nОтправлено: 22 ноября 2026 г.\nКому: Alex\nТема: Четыре",
    "Japanese": "差出人: @\n送信日時: 2026年11月22日\n宛先: Alex\n件名: 四人",
    "Chinese": "发件人: @\n发送时间: 2026年11月22日\n收件人: Alex\n主题: 四个人",
    "Korean": "보낸 사람: @\n보낸 날짜: 2026년 11월 22일\n받는 사람: Alex\n제목: 네 사람",
    "two fields and our address": "From: @\nSubject: Four people",
}
"""@ stands for Kith <alex@example.com>."""


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize(
    "above", ["", "________________________________\n", "Get Outlook for iOS<https://aka.ms/o0ukef>\n"]
)
def test_a_header_block_and_all_below_it_are_cut(block: str, above: str) -> None:
    without_sentinel = LETTER.removeprefix(SENTINEL)
    fields = block.replace(" @\n", " Kith <alex@example.com>\n")
    assert cut(f"{NEW}\n\n{above}{fields}\n\n{without_sentinel}") == NEW


MARKS = [
    "-----Original Message-----", "-------- Original Message --------", "------- Original Message -------",
    "-----Ursprüngliche Nachricht-----", "-------- Message d'origine --------", "-------- Message original --------",
    "-----Mensaje original-----", "-----Messaggio originale-----", "-----Oorspronkelijk bericht-----",
    "-----Ursprungligt meddelande-----", "-----Oprindelig meddelelse-----", "-----Alkuperäinen viesti-----",
    "-----Wiadomość oryginalna-----", "-----Mensagem original-----", "-----Původní zpráva-----",
    "-----Özgün İleti-----",
    "-----Исходное сообщение-----", "------------------ 原始邮件 ------------------",
    "---------- Forwarded message ---------",
    "----- Forwarded message from Kith <alex@example.com> -----", "Begin forwarded message:",
]  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_above_a_quote_is_cut_with_the_quote(mark: str) -> None:
    assert cut(f"{NEW}\n\n{mark}\n{LETTER}") == NEW
    assert cut(f"{NEW}\n\n{mark}\nFrom: Kith\nDate: Sunday\nSubject: Four\n\n1 Maria\n") == NEW
    assert cut(f"{NEW}\n{mark}\n{QUOTED}") == NEW


SIGNATURES = [
    "Sent from my iPhone", "Sent from my Galaxy", "Sent from Yahoo Mail on Android", "Get Outlook for iOS",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>", "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
    "Von meinem iPhone gesendet", "Gesendet von Outlook für Android", "Gesendet mit der GMX Mail App",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Envoyé de mon iPhone",
    "Envoyé à partir de Outlook pour iOS", "Enviado desde mi iPhone", "Enviado do meu iPhone", "Inviato da iPhone",
    "Verzonden vanaf mijn iPhone", "Sendt fra min iPhone", "Skickat från min iPhone", "Lähetetty iPhonesta",
    "Wysłane z iPhone'a", "Odesláno z iPhonu", "iPhone'umdan gönderildi", "Отправлено с iPhone", "iPhoneから送信",
    "发自我的iPhone", "Sent with Proton Mail secure email.", "Sent from my BlackBerry smartphone",
    "Outlook für Android herunterladen", "Outlook für iOS beziehen", "Verzonden vanuit Mail voor Windows",
    "Envoyé depuis l'application Mail Orange", "Envoyé depuis l’application Mail Orange",
]  # fmt: skip


@pytest.mark.parametrize("signature", SIGNATURES)
def test_what_a_phone_adds_is_cut(signature: str) -> None:
    assert cut(f"{NEW}\n\n{signature}\n\n{ATTRIBUTIONS['Gmail, English']}\n{QUOTED}") == NEW
    assert cut(f"{QUOTED}\n\n{NEW}\n\n{signature}\n") == NEW


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAlex Moreau\n12 rue de Rivoli\nTel: +33 1 23 45",
        "--\nAlex Moreau\nExample Ltd, Paris\nPhone: +33 1 23 45",
        "—\nAlex",
        "-- \nAlex\n\nSent from my iPhone",
        "--\nAlex\n\nThis email and any attachments are confidential and for the intended recipient only.",
        "Virus-free.www.avast.com",
        "Diese E-Mail enthält vertrauliche Informationen und ist nur für den Empfänger bestimmt.",
    ],
)
def test_a_signature_or_disclaimer_at_the_end_is_cut(signature: str) -> None:
    assert cut(f"{NEW}\n\n{signature}\n") == NEW
    assert cut(f"{NEW}\n\n{signature}\n\n{QUOTED}") == NEW


NAMED = [
    "Cheers,\nAlex Moreau\nHead of X\n12 rue X",
    "Alex Moreau\nHead of Marketing\n12, avenue de la Gare\n75001 Paris\n+33 1 23 45 67\nwww.moreau.example",
    "*Alex Moreau*\n10 Downing Street, London\nalex@example.com",
    "Best\nAlex\nMobile: 06 12 34 56 78",
    "Best\nAlex\nExample Inc\n2 World Trade Center\n2 floor\n3. OG\n2nd Floor, Room X\n1 212 555 0100\n1 (212) 555-010",
    "Best\nAlex\n7 avenue de la République\n3e étage\n2º piso",
    "Alex",
]


@pytest.mark.parametrize("signature", NAMED)
def test_a_signature_without_a_mark_is_known_by_the_owners_name(signature: str) -> None:
    assert cut(f"{NEW}\n\n{signature}").removesuffix("Cheers,").removesuffix("Best").strip() == NEW


@pytest.mark.parametrize(
    "words",
    [
        "1 lunch\n\nAlex\ncalled about the boat",
        "1 lunch\nwith her brother\nAlex",
        "Alex Moreau\n1 lunch",
        "1 lunch\nAlex Moreau was there, too",
        "2 place called Lunch",
    ],
)
def test_a_name_that_may_be_a_friends_stays(words: str) -> None:
    assert cut(words) == words


@pytest.mark.parametrize(
    "after",
    ["2 Lunch Yesterday", "2 floor plan sent", "3. Stock talk", "2 piano", "1 lunch 20.11.", "4 Berlin Center talk"],
)
def test_what_only_begins_like_an_address_stays_below_the_name(after: str) -> None:
    assert cut(f"1 lunch\n\nThanks,\nAlex\n{after}") == f"1 lunch\n\nThanks,\n{after}"


def test_what_openpgp_puts_around_a_signed_answer_is_cut() -> None:
    signature = "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCgAdFiEE\n=abcd\n-----END PGP SIGNATURE-----"
    signed = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n1 lunch\n- - Bob: called\n\n{signature}\n"
    assert cut(signed) == "1 lunch\n- Bob: called"
    assert cut(f"{signed}\n{QUOTED}") == "1 lunch\n- Bob: called"
    assert "2 called" in cut("1 lunch\n-----BEGIN PGP SIGNATURE-----\n\n2 called")
    assert cut("-----BEGIN PGP SIGNED MESSAGE-----\n1 lunch\n2 called") == "1 lunch\n2 called"


def test_an_afterthought_below_the_name_stays() -> None:
    assert cut("1 lunch\n\nThanks\nAlex\n12 rue X\n2 snooze 3 weeks\nP.S. it was lovely.") == (
        "1 lunch\n\nThanks\n2 snooze 3 weeks\nP.S. it was lovely."
    )


MARKED_SIGNATURES = {
    "Outlook": '<div id="Signature"><div>@</div></div>',
    "Gmail": '<div class="gmail_signature" data-smartmail="gmail_signature"><div>@</div></div>',
    "Thunderbird": '<pre class="moz-signature">-- \n@</pre>',
    "the exact mark": "<div>-- <br>@</div>",
}


@pytest.mark.parametrize("html", MARKED_SIGNATURES.values(), ids=MARKED_SIGNATURES)
@pytest.mark.parametrize("line", ["12 rue X, Paris", "2 snooze 3 weeks", "Maria: lunch today", "forget Bob"])
def test_a_marked_signature_is_never_words_and_is_not_lost(html: str, line: str) -> None:
    found = new_text(None, f"{HTML_NEW}{html.replace('@', line)}<div id=appendonsend></div>1 Maria", OWN)
    assert found.words == NEW
    assert line in found.signature


def test_below_the_exact_mark_everything_is_the_signature() -> None:
    assert new_text(f"{NEW}\n-- \nAlex\n2 she is away", None, OWN) == (NEW, "", ("Alex", "2 she is away"))
    assert new_text(f"{NEW}\n--\nAlex\n12 rue X", None, OWN) == (NEW, "", ("Alex", "12 rue X"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "share https://e.example/essay<https://e.example/essay> with Maria",
            "share https://e.example/essay with Maria",
        ),
        ("share e.example/essay<https://e.example/essay/> with Maria", "share e.example/essay with Maria"),
        ("(https://e.example<https://e.example>)", "(https://e.example)"),
        ("add Ann Lee ann@x.example<mailto:ann@x.example> every 6 weeks", "add Ann Lee ann@x.example every 6 weeks"),
        ("add Ann <ann@x.example<mailto:Ann@x.example>>", "add Ann <ann@x.example>"),
        ("ann@x.example<mailto:ann@x.example?subject=Hi>: lunch", "ann@x.example: lunch"),
        ("1 read this essay<https://e.example/essay>", "1 read this essay<https://e.example/essay>"),
        ("1 see https://e.example<https://evil.example>", "1 see https://e.example<https://evil.example>"),
        ("add Ann Lee<mailto:ann@x.example>", "add Ann Lee<mailto:ann@x.example>"),
        ("1 a<b and b>a", "1 a<b and b>a"),
    ],
)
def test_a_link_that_outlook_wrote_twice_is_read_once(written: str, said: str) -> None:
    assert cut(written) == said


HEAD = BLOCKS["English"].replace("@", "Kith <alex@example.com>")
INSIDE = "[kith: answer above this line]\n\n1   Maria Silva\n\n2   Bob\n\n2 he is in Peru\n\nHow to answer"
WITHIN = "1   Maria Silva\n\n2   Bob\n\n2 he is in Peru\n\nHow to answer"


@pytest.mark.parametrize(
    "above", [f"{HEAD}\n\n", "-----Original Message-----\n", "-----Original Message-----\nFrom: Kith\n", ""]
)
def test_what_stands_in_an_unmarked_quote_is_kept_apart(above: str) -> None:
    assert new_text(f"{NEW}\n\n{above}{INSIDE}", None, OWN) == (NEW, WITHIN, ())
    signed = f"{NEW}\n\n{above}{INSIDE}\n\n-- \nAlex\n12 rue X"
    assert new_text(signed, None, OWN) == (NEW, WITHIN, ("Alex", "12 rue X"))


@pytest.mark.parametrize(
    ("plain", "quoted"),
    [
        (f"{HEAD}\n2 he is in Peru\n\n{LETTER}", "2 he is in Peru Good morning"),
        (f"2 he is in Peru [kith: answer above this line]\n\n{LETTER}", "2 he is in Peru Good morning"),
        (f"{NEW}\n{HEAD}\n\n1 said before\n\n{HEAD}\n\n{LETTER}", "Good morning"),
        (f"{HEAD}\n\n> marked\n{SENTINEL}\n> marked\n2 he is in Peru", "2 he is in Peru"),
        (f"{HEAD}\n\n{SENTINEL}\nWrite to Bob<mailto:bob@example.org?subject=Hi>", "Write to Bob"),
    ],
)
def test_the_letter_in_a_quote_begins_where_other_mail_ends(plain: str, quoted: str) -> None:
    assert " ".join(new_text(plain, None, OWN).quoted.split()).startswith(quoted)


OUTLOOK = (
    '<div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> Kith<br><b>Sent:</b> now</div>'
)


@pytest.mark.parametrize("above", [OUTLOOK, f"{OUTLOOK}<div {HTML_MARK}>", f"<div {HTML_MARK}>"])
def test_words_in_an_unmarked_quote_in_html_are_kept_apart(above: str) -> None:
    page = "<p>[kith: answer above this line]</p><p>1 Maria</p><p style='color: red'>2 he is in Peru</p>"
    found = new_text(None, f"{HTML_NEW}{above}{page}<blockquote>older</blockquote>", OWN)
    assert found == (NEW, "1 Maria\n2 he is in Peru", ())
    assert new_text(None, f"{HTML_NEW}<blockquote>{above}{page}</blockquote>", OWN) == (NEW, "", ())


PROSE = [
    "1 Maria wrote: she is moving",
    "Maria: she wrote: I am moving",
    "1 she sent from my heart flowers",
    "1 lunch\n--\n2 snooze 3 weeks",
    "1 On Monday Bob wrote:\nI am coming\n2 done",
    "On Monday she wrote:\nshe is coming",
    "1 to discuss: from Monday on\nDe: called\nAn: lunch",
    "From: her own words\n1 lunch",
    "1 Sent from my garden in the evening sun were these flowers\n2 done",
    "1 original message was lost\n2 -- done",
    "1 her mail is ana@example.net\n2 writes at 10:30: always",
    "1 --\n\n2 lunch",
    "1 This message is for Bob\n\n2 done",
    "add Ana <ana@example.net> 2026:\n1 done",
    "a > b\n1 5 > 4",
    "1 read http://example.com/2026/11/22:\n2 done",
]


@pytest.mark.parametrize("words", PROSE)
def test_prose_that_looks_like_a_quote_stays(words: str) -> None:
    assert cut(words) == words
    assert cut(f"{words}\n\n{ATTRIBUTIONS['Gmail, English']}\n{QUOTED}") == words


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (f"{ATTRIBUTIONS['Thunderbird, English']}\n{QUOTED}\n\n{NEW}\n", NEW),
        (f"1 lunch\n\nKith wrote:\n{QUOTED}\n2 done", "1 lunch\n\n2 done"),
        (
            "> 1   Maria Silva\n\n1 called her\n\n> 2   Bob\n2 snooze 3 weeks\n> more",
            "1 called her\n\n2 snooze 3 weeks",
        ),
        (f"On Sunday, Kith wrote:\n> 1 Maria\n1 called her\n> 2 Bob\n{QUOTED}", "1 called her"),
        (f"{NEW}\n{QUOTED}\n1 forget", f"{NEW}\n\n1 forget"),
        (f"{ATTRIBUTIONS['Gmail, English']}\n\n{NEW}", NEW),
        (f"{NEW}\n\n  {SENTINEL}\n{LETTER}", NEW),
        (f"{NEW}\n\n| {SENTINEL.upper()}\n{LETTER}", NEW),
        (f"{NEW}\n\n*[kith:  answer above\u00a0this line]*\nGood morning\n1 Maria", NEW),
        (f"{NEW}\r\n\r\n{QUOTED}".replace("\n", "\r\n"), NEW),
        (f"\ufeff{NEW}\n>> deeper\n>>> still", NEW),
        (f"Sent from my iPhone\n\n{QUOTED}", ""),
        (QUOTED, ""),
        (f"{ATTRIBUTIONS['Gmail, English']}\n{QUOTED}", ""),
        ("", ""),
        (" \n\n ", ""),
        (f"> > {SENTINEL}\n1 a note under it", "1 a note under it"),
    ],
)
def test_words_above_between_and_below_quotes_are_found(plain: str, expected: str) -> None:
    assert cut(plain) == expected


def test_a_sentinel_of_an_older_letter_is_known_when_it_is_given() -> None:
    old = "=== reply above ==="
    assert new_text(f"{NEW}\n{old}\n1 Maria", None, OWN, [old]).words == NEW
    assert new_text(f"{NEW}\nplain words", None, OWN, ["", " "]).words == f"{NEW}\nplain words"


HTML_ANSWERS = {
    "Gmail": """<div dir="ltr">@new</div><br><div class="gmail_quote gmail_quote_container">
        <div dir="ltr" class="gmail_attr">On Sun, Nov 22, 2026 at 10:00 AM Kith &lt;<a
        href="mailto:alex@example.com">alex@example.com</a>&gt; wrote:<br></div>
        <blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">@letter</blockquote>
        </div>""",
    "Gmail, forwarded": """<div dir="ltr">@new</div><div class="gmail_quote"><div class="gmail_attr">
        ---------- Forwarded message ---------<br>From: Kith</div>1 Maria</div>""",
    "Gmail, old": """<div>@new</div><div class="gmail_extra"><br><div class="gmail_quote">
        Am 22.11.26 schrieb Kith &lt;alex@example.com&gt;:<br><blockquote>1 Maria</blockquote></div></div>""",
    "Apple Mail": """<html><body style="word-wrap: break-word">@new<br><div><br><blockquote type="cite">
        <div>On 22 Nov 2026, at 10:00, Kith wrote:</div><br><div>@letter</div></blockquote></div></body></html>""",
    "iPhone": """<body dir="auto">@new<br><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br>
        <blockquote type="cite">On 22 Nov 2026, at 10:00, Kith &lt;alex@example.com&gt; wrote:<br></blockquote></div>
        <blockquote type=cite>@letter</blockquote>""",
    "Outlook for Windows": """<div class=WordSection1><p class=MsoNormal>1 lunch today<o:p></o:p></p>
        <p class=MsoNormal>2 snooze 3 weeks<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div>
        <div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>
        <p class=MsoNormal><b>From:</b> Kith</p></div></div>@letter<p>1 Maria</p></div>""",
    "Outlook on the web": """<div class="elementToProof">@new</div><div id="appendonsend"></div>
        <hr style="display:inline-block;width:98%" tabindex="-1">
        <div id="divRplyFwdMsg" dir="ltr"><b>Von:</b> Kith</div>
        <div>@letter</div>""",
    "Outlook, passed on by another": """<div>@new</div>
        <div id="x_divRplyFwdMsg"><b>De :</b> Kith</div><p>1 Maria</p>""",
    "Outlook for Mac": """<div>@new</div><p><b>From: </b>Kith<br><b>Date: </b>Sunday<br><b>To: </b>Alex<br>
        <b>Subject: </b>Four</p><p>1 Maria</p>""",
    "Outlook for iOS": """<div dir="ltr">@new</div><div id="ms-outlook-mobile-signature"><div><br></div>Get
        <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr tabindex="-1">
        <div id="divRplyFwdMsg"><b>From:</b> Kith</div>1 Maria""",
    "Yahoo": """<div class="ydp1"><div dir="ltr">@new</div></div><div id="ydp2yahoo_quoted_1" class="ydp2yahoo_quoted">
        <div>On Sunday, Kith wrote:</div><div>@letter</div></div>""",
    "Yahoo, plain class": """<div>@new</div><div class="yahoo_quoted" id="yahoo_quoted_77">
        <div>On Sunday, Kith wrote:</div>1 Maria</div>""",
    "Proton Mail": """<div style="font-family: Arial">@new</div><div class="protonmail_signature_block">
        <div>Sent with <a href="https://proton.me">Proton Mail</a> secure email.</div></div>
        <div class="protonmail_quote">
        On Sunday, November 22nd, 2026 at 10:00, Kith &lt;alex@example.com&gt; wrote:<br>
        <blockquote class="protonmail_quote" type="cite">@letter</blockquote></div>""",
    "Thunderbird": """<p>1 lunch today<br>2 snooze 3 weeks</p><div class="moz-cite-prefix">On 22/11/2026 10:00, Kith
        wrote:<br></div><blockquote type="cite" cite="mid:x@example.com">@letter</blockquote>
        <pre class="moz-signature" cols="72">-- \nAlex</pre>""",
    "Zoho": """<div>@new</div><div class="zmail_extra_hr"></div><div class="zmail_extra">
        <div>---- On Sun, 22 Nov 2026 Kith wrote ----</div>1 Maria</div>""",
    "GMX": """<div>@new</div><div name="quote" style="border-left: 2px solid #C3D9E5"><div>Gesendet: Sonntag<br>
        Von: Kith</div>1 Maria</div>""",
    "Mail.ru": """<div>@new</div><blockquote id="mail-app-auto-quote">Воскресенье, Kith:<br>1 Maria</blockquote>""",
    "Yandex": """<div>@new</div><div>22.11.2026, 10:00, "Kith" &lt;alex@example.com&gt;:</div>
        <blockquote><p>1 Maria</p></blockquote>""",
    "Roundcube": """<div>@new</div><p id="reply-intro">On 2026-11-22 10:00, Kith wrote:</p>
        <blockquote type="cite">1 Maria</blockquote>""",
    "Fastmail": """<div>@new</div><div>On Sun, 22 Nov 2026, at 10:00, Kith wrote:</div>
        <blockquote type="cite" id="qt">1 Maria</blockquote>""",
    "Zimbra": """<div>@new</div><hr id="zwchr" data-marker="__DIVIDER__"><div><b>From: </b>Kith</div>1 Maria""",
    "Tutanota": """<div>@new</div>22 Nov 2026, 10:00 by alex@example.com:<br>
        <blockquote class="tutanota_quote">1 Maria</blockquote>""",
    "QQ": """<div>@new</div><div><!--<![endif]--></div>
        <div>------------------&nbsp;Original&nbsp;------------------</div>
        <div>From: Kith</div>1 Maria""",
    "Spark": """<div name="messageBodySection">@new</div><div name="messageSignatureSection"><br>Sent from Spark</div>
        <div name="messageReplySection">On 22 Nov 2026, Kith wrote:<br><blockquote>1 Maria</blockquote></div>""",
    "a letter of ours with no other mark": "<div>@new</div>@letter",
    "an answer inside the letter's own page": f"<html {HTML_MARK}><body>@new@letter</body></html>",
    "the signature of Gmail": """@new<span class="gmail_signature_prefix">-- </span><br>
        <div class="gmail_signature"><div>Alex</div>12, rue X</div>""",
}


@pytest.mark.parametrize("html", HTML_ANSWERS.values(), ids=HTML_ANSWERS)
def test_the_new_words_of_html_only_answers_are_found(html: str) -> None:
    assert cut(None, html.replace("@new", HTML_NEW).replace("@letter", HTML_LETTER)) == NEW


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<div class=gmail_quote><blockquote>1 Maria</blockquote>1 called<blockquote>2 Bob</blockquote>2 done</div>",
         "1 called\n\n2 done"),
        ('<blockquote type="cite">1 Maria<blockquote>x</blockquote></blockquote><div>1 called</div>', "1 called"),
        ("<div>1 lunch</div><blockquote style='margin:0 0 0 40px;border:none'><div>she is well</div></blockquote>",
         "1 lunch\nshe is well"),
        ('<div class="gmail_signature">1 lunch today</div>', ""),
        ('<div>share <a href="https://example.com/essay">this essay</a> with Maria</div>',
         "share this essay <https://example.com/essay> with Maria"),
        ('<a href="mailto:j@example.com">j@example.com</a>: done', "j@example.com: done"),
        ("<p>1 caf&eacute; &lt;3 &amp; tea&#33;</p>", "1 café <3 & tea!"),
        ("<pre>1 lunch\n\n2   done</pre>", "1 lunch\n\n2   done"),
        ("<table><tr><td>1</td><td>lunch</td></tr><tr><td>2 done</td></tr></table>", "1 lunch\n2 done"),
        ("<style>p { color: red }</style><script>if (a<b) x()</script><title>t</title>1 done<!-- 2 done -->", "1 done"),
        ("<UL><LI>1 lunch<LI>2 done</UL>", "- 1 lunch\n- 2 done"),
        ("<ol><li><div>lunch yesterday</div></li><li><div>snooze 3 weeks</div></li></ol>",
         "1. lunch yesterday\n2. snooze 3 weeks"),
        ("<ol start=3><li><p>lunch</p><p>she is well</p></li>\n<li>\n <p><span>done</span></p></ol>",
         "3. lunch\nshe is well\n4. done"),
        ("<ul><li><p>1 lunch</p></li><li><br></li><li></li></ul><p>2 done</p>", "- 1 lunch\n2 done"),
        ("<ol><li><ul><li><div>lunch</div></li></ul></li><li><div>done</div></li></ol>", "- lunch\n2. done"),
        ('1 great <img alt="😀" src="cid:1"><img alt="logo of a company" src="cid:2">', "1 great 😀"),
        ("1 a<br><br>2 b", "1 a\n\n2 b"),
        ("<div>1 done", "1 done"),
        ("1 done<pre>-- \nAlex\n1 rue X</pre>", "1 done"),
        ("<div>1 done</div><div>-- <br>Alex<br>1 rue X</div>", "1 done"),
        ("1 done<br><span>--&nbsp;</span><br><div class=gmail_signature>Alex<br>1 rue X</div>", "1 done"),
        ("1 done<br>--<br>2 snooze 3 weeks", "1 done\n--\n2 snooze 3 weeks"),
        ('<div title="a > b" class=\'x\'>1 done</div>', "1 done"),
    ],
)  # fmt: skip
def test_html_keeps_the_owners_words(html: str, expected: str) -> None:
    assert cut(None, html) == expected


def test_the_plain_form_is_preferred_and_html_read_where_it_says_nothing() -> None:
    html = f"{HTML_NEW}<blockquote>x</blockquote>"
    assert cut("3 from the plain form", html) == "3 from the plain form"
    assert cut("", html) == NEW
    assert cut(None, html) == NEW
    assert cut("Your mail program does not show HTML mail.", html) == NEW
    assert cut(QUOTED, html) == NEW
    assert cut(None, None) == ""


LETTERS = [Letters().render(value) for value in samples.everything() if not isinstance(value, Occasion)]


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.subject)
def test_the_letters_that_are_sent_leave_nothing_behind(letter: Rendered) -> None:
    marked = "\n".join(f"> {line}" for line in letter.text.splitlines())
    page = letter.html or ""
    bare = page.replace(f" {HTML_MARK}", "")
    assert cut(f"{NEW}\n\nOn Sunday, Kith wrote:\n{marked}") == NEW
    assert cut(f"{NEW}\n\n{BLOCKS['German']}\n\n{letter.text}") == NEW
    assert cut(f"{NEW}\n\n{letter.text}") == NEW
    assert cut(None, f"{HTML_NEW}<div>On Sunday, Kith wrote:</div><blockquote>{page}</blockquote>") == NEW
    assert cut(None, f"{HTML_NEW}{page}") == NEW
    assert cut(None, f"{HTML_NEW}<hr tabindex=-1>{bare}") == NEW
    assert cut(None, f"{HTML_NEW}{bare}") == NEW
    assert cut(None, re.sub("(<body[^>]*>)", rf"\1{HTML_NEW}", page)) == NEW


EVIL = {
    "attribution that never ends": "a " * 50_000 + "On " * 20_000,
    "dashes": "-" * 200_000,
    "dashes in lines": "-- \n" * 100_000,
    "lines that begin like attributions": "On 22 Nov 2026 at 10:00\n" * 60_000,
    "colons": "On 2026 wrote:\n" * 100_000,
    "header fields": "From: a\n" * 150_000,
    "addresses": "a@" * 500_000,
    "quote marks": ">" * 1_000_000,
    "quotes and words": "> a\nb\n" * 200_000,
    "spaces": " " * 1_000_000,
    "empty lines": "\n" * 1_000_000,
    "marks": "--original message--\n\n" * 50_000,
    "sent from": "Sent from my iPhone\n" * 60_000,
    "disclaimers": "This message is confidential\n\n" * 40_000,
    "digits": "1" * 1_000_000,
    "links written twice": "a@b.example<mailto:a@b.example>" * 30_000,
    "links never ended": "a<https://" * 100_000 + "x" * 100_000,
    "signatures with names": "Cheers,\nAlex Moreau\n12 rue X\n" * 30_000,
    "header blocks in a row": "From: a\nSent: b\nTo: c\nSubject: d\n\n1 lunch\n" * 20_000,
    "sentinel pieces": "[kith: answer above " * 50_000,
    "rules": "__________\n" * 150_000,
    "rules apart": "==========\n\n" * 100_000,
    "rules above a quote": "----------\n" * 150_000 + "> a",
}


@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL)
def test_no_text_takes_more_than_a_moment(text: str) -> None:
    began = time.process_time()
    cut(text)
    assert time.process_time() - began < 20


EVIL_HTML = {
    "nested div": "<div>" * 400_000,
    "nested blockquote": "<blockquote>" * 150_000,
    "closed blockquotes": "<blockquote>" * 80_000 + "</blockquote>" * 80_000,
    "ends without beginnings": "<table>" * 150_000 + "</div>" * 150_000,
    "list in list": "<ul><li>" * 200_000,
    "bold without end": "".join(f"<b id={n}>" for n in range(60_000)) + "<p>x" * 100_000,
    "attributes": "<div " + " ".join(f"a{n}=1" for n in range(200_000)) + ">",
    "attributes behind a quote mark": '<div a=">" ' + " ".join(f"class{n}='" for n in range(100_000)) + ">",
    "less-than": "<" * 1_000_000,
    "tag beginnings": "<a" * 700_000,
    "comment beginnings": "<!--" * 400_000,
    "styles without end": "<style>" * 200_000,
    "entities": "&#" + "9" * 1_000_000 + ";" + "&amp" * 200_000,
    "signatures": '<div class="gmail_signature">' * 60_000 + "x",
    "signatures with lines": '<div class="gmail_signature">x' * 40_000 + "</div>" * 40_000,
    "letters in letters": f"<div {HTML_MARK}>1 lunch" * 60_000,
    "lists of nothing": "<ol><li><div>" * 100_000,
    "links": '<a href="https://example.com">' * 60_000,
    "spaces in attributes": "<div class" + " " * 1_000_000 + ">",
    "script that never quite ends": "<script>" + "</script" * 200_000,
    "style that never quite ends": "<style>" + "</style " * 200_000,
}


@pytest.mark.parametrize("html", EVIL_HTML.values(), ids=EVIL_HTML)
def test_no_html_takes_more_than_a_moment(html: str) -> None:
    began = time.process_time()
    cut(None, html)
    assert time.process_time() - began < 20


LINES = st.lists(
    st.sampled_from(
        ["1 lunch", "> quoted", ">", "", "On 22 Nov 2026, Kith wrote:", "-- ", "--", "From: Kith", "Sent: x", "To: y",
         "Subject: z", SENTINEL, "Sent from my iPhone", "she is well", "-----Original Message-----", "a\tb", "\u2028"]
    ),
    max_size=30,
)  # fmt: skip


@given(LINES)
def test_a_quoted_line_never_comes_back_and_nothing_is_invented(lines: list[str]) -> None:
    found = [line for line in cut("\n".join(lines)).split("\n") if line]
    assert not any(line.startswith(">") for line in found)
    assert all(line in lines for line in found)


@given(LINES.filter(lambda lines: not any(line.startswith(("On", "From", "-", "[", "Sent")) for line in lines)))
def test_words_without_marks_around_them_all_stay(lines: list[str]) -> None:
    words = [line for line in lines if line.strip() and not line.startswith(">")]
    assert [line for line in cut("\n".join(lines)).split("\n") if line] == words


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_read(plain: str, html: str) -> None:
    assert isinstance(cut(plain, html), str)
    assert isinstance(cut(None, f"<div {html}>{plain}<p>{html}"), str)
