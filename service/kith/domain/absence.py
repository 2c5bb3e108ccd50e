"""How the subjects of out-of-office mail read, in some forty languages."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

PHRASES: Final[Mapping[str, str]] = {
    "Albanian": "përgjigje automatike",
    "Arabic": "رد تلقائي | الرد التلقائي | خارج المكتب",
    "Basque": "erantzun automatikoa",
    "Bulgarian": "автоматичен отговор | извън офиса",
    "Catalan": "resposta automàtica | fora de l'oficina",
    "Chinese": "自动回复 | 自动答复 | 自動回覆 | 自動回復 | 外出自动回复 | 不在办公室 | 不在辦公室 | 休假自动回复",
    "Croatian": "automatski odgovor | izvan ureda",
    "Czech": "automatická odpověď | mimo kancelář | nepřítomnost | oznámení o nepřítomnosti",
    "Danish": "automatisk svar | autosvar | ikke på kontoret | fravær | fraværsbesked",
    "Dutch": "automatisch antwoord | automatisch bericht | afwezig | afwezigheid | afwezigheidsbericht | "
    "afwezigheidsmelding | niet op kantoor",
    "English": "auto reply | auto-reply | autoreply | auto response | auto-response | autoresponse | automatic reply | "
    "automatic response | automated reply | automated response | out of office | out-of-office | "
    "out of the office | out of office reply | out of office message | out of office notification | "
    "i am out of office | i am out of the office | i'm out of office | i'm out of the office | "
    "i am currently out of the office | away from my mail | away from the office | vacation reply | "
    "vacation response | absence notification",
    "Estonian": "automaatvastus | automaatne vastus | kontorist väljas",
    "Finnish": "automaattinen vastaus | poissa | poissaoloviesti | poissa toimistosta",
    "French": "réponse automatique | réponse automatique d'absence | absence du bureau | absent du bureau | "
    "message d'absence | notification d'absence | avis d'absence | je suis absent | je suis absente",
    "Galician": "resposta automática | fóra da oficina",
    "German": "automatische antwort | automatische antwortmail | autoantwort | abwesend | abwesenheit | "
    "abwesenheitsnotiz | abwesenheitsmeldung | abwesenheitsnachricht | abwesenheitsbenachrichtigung | "
    "nicht im büro | ich bin nicht im büro",
    "Greek": "αυτόματη απάντηση | εκτός γραφείου | απουσία από το γραφείο",
    "Hebrew": "מענה אוטומטי | תשובה אוטומטית | מחוץ למשרד",
    "Hindi": "स्वचालित उत्तर | स्वतः उत्तर",
    "Hungarian": "automatikus válasz | házon kívül | irodán kívül",
    "Icelandic": "sjálfvirkt svar",
    "Indonesian and Malay": "balasan otomatis | balasan automatik | jawaban otomatis | di luar kantor",
    "Italian": "risposta automatica | fuori sede | fuori ufficio | messaggio di assenza | assenza dall'ufficio",
    "Japanese": "自動応答 | 自動返信 | 自動返信メール | 不在通知 | 不在のお知らせ | 外出中",
    "Korean": "자동 회신 | 자동회신 | 자동 응답 | 자동응답 | 부재중 | 부재 중",
    "Latvian": "automātiska atbilde | ārpus biroja",
    "Lithuanian": "automatinis atsakymas | ne biure",
    "Norwegian": "automatisk svar | autosvar | fraværsmelding | fravær | ikke på kontoret | ute av kontoret",
    "Persian": "پاسخ خودکار",
    "Polish": "odpowiedź automatyczna | automatyczna odpowiedź | nieobecność | nieobecność w biurze | poza biurem",
    "Portuguese": "resposta automática | fora do escritório | ausência | ausência do escritório | "
    "ausência temporária | aviso de ausência",
    "Romanian": "răspuns automat | în afara biroului",
    "Russian": "автоответ | автоматический ответ | вне офиса | нет на месте",
    "Serbian": "аутоматски одговор | automatski odgovor | van kancelarije",
    "Slovak": "automatická odpoveď | mimo kancelárie | neprítomnosť",
    "Slovenian": "samodejni odgovor | odsotnost | nisem v pisarni",
    "Spanish": "respuesta automática | fuera de la oficina | fuera de oficina | ausente de la oficina | "
    "aviso de ausencia | mensaje de ausencia",
    "Swedish": "automatiskt svar | autosvar | frånvaro | frånvarande | frånvaromeddelande | "
    "ej på kontoret | inte på kontoret",
    "Thai": "ตอบกลับอัตโนมัติ | การตอบกลับอัตโนมัติ | ไม่อยู่ที่สำนักงาน",
    "Turkish": "otomatik yanıt | otomatik cevap | ofis dışında | ofis dışındayım",
    "Ukrainian": "автоматична відповідь | автовідповідь | не в офісі",
    "Vietnamese": "trả lời tự động | thư trả lời tự động | vắng mặt tại văn phòng",
}
"""What such subjects begin with: the words mail programs put there, and those that people set."""

_LOOKED_AT: Final = 300  # characters, so that nothing a sender writes takes long; levelling alone can be quadratic


def _level(text: str) -> str:
    """Text without case, accents, wide forms and double spaces, so that every way to write a phrase is one."""
    if text.isascii():
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    bare = "".join(c for c in folded if not unicodedata.combining(c)).replace("’", "'")
    return " ".join(bare.split())


def _any_of(phrases: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True)) + ")"


_LEVELLED: Final = {_level(phrase) for known in PHRASES.values() for phrase in known.split("|")}
_BEGINNINGS: Final = frozenset(phrase[:2] for phrase in _LEVELLED)  # "au" among them
_PHRASE: Final = _any_of(_LEVELLED)
_AND_ANOTHER: Final = rf"(?:[ ,:-]{{1,3}}{_PHRASE})?"  # "Out of Office AutoReply", as older servers have it
_ANSWERED: Final = "(?:re|aw|sv|tr|vs|rv|ris|odp|fwd?|wg) ?:"
_MARK: Final = rf"(?:[.!]*$| ?[:!|(]| [-–—~] ?| ?[–—]| {_ANSWERED})"
_UNTIL: Final = (
    r"[.,;]? (?:until|till|from|back|returning|bis|vom|jusqu'|hasta|fino al?|dal|ate|tot|t/m|til|do|od)\b"
    r"[^?]*$"  # what asks something was written by somebody
)
_BRACKETS: Final = "[【「"
_ABSENT: Final = (
    rf"[{re.escape(_BRACKETS)}]{_PHRASE}[:!]?[\]】」]"
    rf"|{_PHRASE}{_AND_ANOTHER}(?:{_MARK}|{_UNTIL})"
    rf"|auto: {_ANSWERED}"  # RFC 5230, 4.4 puts "Auto: " before the subject; alone it is a car, too
    r"|auto: [^:?]*\b(?:is|am) (?:currently )?out of (?:the )?office\b"
    r"|[^:?!]*\bis out of (?:the )?office \((?:returning|until|back)\b"
)
_SHOUTED: Final = re.compile(r"OOO(?:\s*$|:| [-–—] | until )")  # in small letters it is a cry of delight


def announces_absence(subject: str) -> bool:
    """Whether a subject is that of an automatic answer: one of the phrases, then its end, a mark or a date.

    "Out of office: holiday" is one; "Out of office next week, can you cover?" was written by somebody.
    """
    start = subject.strip()[:_LOOKED_AT]
    return _is_absent(_level(start)) or _SHOUTED.match(start) is not None


def _is_absent(levelled: str) -> bool:
    may_be = levelled[:2] in _BEGINNINGS or levelled[:1] in _BRACKETS or "is out of" in levelled
    return may_be and _absent().match(levelled) is not None


@cache
def _absent() -> re.Pattern[str]:
    return re.compile(_ABSENT)  # hundreds of phrases: few programs need them, and most subjects are plainly none
