"""How the subjects of out-of-office mail read, in some forty languages."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

REPLIES: Final[Mapping[str, str]] = {
    "Afrikaans": "outomatiese antwoord",
    "Albanian": "përgjigje automatike",
    "Arabic": "رد تلقائي | الرد التلقائي",
    "Basque": "erantzun automatikoa",
    "Belarusian": "аўтаматычны адказ",
    "Bulgarian": "автоматичен отговор",
    "Catalan": "resposta automàtica",
    "Chinese": "自动回复 | 自动答复 | 自動回覆 | 自動回復 | 外出自动回复 | 休假自动回复",
    "Croatian": "automatski odgovor",
    "Czech": "automatická odpověď | oznámení o nepřítomnosti",
    "Danish": "automatisk svar | autosvar | fraværsbesked",
    "Dutch": "automatisch antwoord | automatisch bericht | afwezigheidsbericht | afwezigheidsmelding | "
    "afwezigheidsassistent | vakantiemelding",
    "English": "auto reply | auto-reply | autoreply | auto response | auto-response | autoresponse | "
    "automatic reply | automatic response | automated reply | automated response | out of office reply | "
    "out of office message | out of office notification | out-of-office reply | out-of-office message | "
    "out-of-office notification | vacation reply | vacation response | absence notification | "
    "out of office assistant | holiday auto-reply | holiday auto reply | holiday autoreply | vacation auto-reply | "
    "vacation auto reply | vacation autoreply",
    "Estonian": "automaatvastus | automaatne vastus",
    "Finnish": "automaattinen vastaus | poissaoloviesti",
    "French": "réponse automatique | réponse automatique d'absence | auto-réponse | autoréponse | "
    "message automatique | message automatique d'absence | message d'absence | notification d'absence | "
    "avis d'absence",
    "Galician": "resposta automática",
    "German": "automatische antwort | automatische antwort auf | automatische antwortmail | autoantwort | "
    "auto-antwort | abwesenheitsnotiz | automatische abwesenheitsnotiz | abwesenheitsmeldung | "
    "automatische abwesenheitsmeldung | abwesenheitsnachricht | abwesenheitsbenachrichtigung | abwesenheitsassistent",
    "Greek": "αυτόματη απάντηση",
    "Hebrew": "מענה אוטומטי | תשובה אוטומטית",
    "Hindi": "स्वचालित उत्तर | स्वतः उत्तर",
    "Hungarian": "automatikus válasz",
    "Icelandic": "sjálfvirkt svar",
    "Indonesian and Malay": "balasan otomatis | balasan automatik | jawaban otomatis",
    "Italian": "risposta automatica | messaggio di assenza",
    "Japanese": "自動応答 | 自動返信 | 自動返信メール | 不在通知",
    "Korean": "자동 회신 | 자동회신 | 자동 응답 | 자동응답",
    "Latvian": "automātiska atbilde | automātiskā atbilde",
    "Lithuanian": "automatinis atsakymas",
    "Macedonian": "автоматски одговор",
    "Norwegian": "automatisk svar | autosvar | fraværsmelding",
    "Persian": "پاسخ خودکار",
    "Polish": "odpowiedź automatyczna | automatyczna odpowiedź | autoodpowiedź",
    "Portuguese": "resposta automática | autoresposta | aviso de ausência",
    "Romanian": "răspuns automat",
    "Russian": "автоответ | автоматический ответ",
    "Serbian": "аутоматски одговор | automatski odgovor",
    "Slovak": "automatická odpoveď",
    "Slovenian": "samodejni odgovor",
    "Spanish": "respuesta automática | autorespuesta | auto-respuesta | aviso de ausencia | mensaje de ausencia",
    "Swedish": "automatiskt svar | autosvar | frånvaromeddelande",
    "Thai": "ตอบกลับอัตโนมัติ | การตอบกลับอัตโนมัติ",
    "Turkish": "otomatik yanıt | otomatik cevap",
    "Ukrainian": "автоматична відповідь | автовідповідь",
    "Vietnamese": "trả lời tự động | thư trả lời tự động",
    "Welsh": "ymateb awtomatig",
}
"""What such subjects begin with: the words that mail programs put there."""

AWAY: Final[Mapping[str, str]] = {
    "Arabic": "خارج المكتب",
    "Bulgarian": "извън офиса",
    "Catalan": "fora de l'oficina",
    "Chinese": "不在办公室 | 不在辦公室 | 离开办公室 | 離開辦公室",
    "Croatian": "izvan ureda",
    "Czech": "mimo kancelář | nepřítomnost",
    "Danish": "ikke på kontoret | fravær | fraværende",
    "Dutch": "afwezig | afwezigheid | niet op kantoor",
    "English": "out of office | out-of-office | out of the office | i am out of office | i am out of the office | "
    "i'm out of office | i'm out of the office | i am currently out of the office | away from my mail | "
    "away from the office | away from office | i am away from the office | i'm away from the office | "
    "i am currently away from the office",
    "Estonian": "kontorist väljas",
    "Finnish": "poissa | poissaolo | poissa toimistosta",
    "French": "absence du bureau | absent | absente | absent du bureau | absente du bureau | je suis absent | "
    "je suis absente",
    "Galician": "fóra da oficina",
    "German": "abwesend | abwesenheit | nicht im büro | ich bin nicht im büro | ich bin derzeit nicht im büro | "
    "ich bin zurzeit nicht im büro | ich bin momentan nicht im büro",
    "Greek": "εκτός γραφείου | απουσία από το γραφείο",
    "Hebrew": "מחוץ למשרד",
    "Hungarian": "házon kívül | irodán kívül",
    "Indonesian and Malay": "di luar kantor",
    "Italian": "fuori sede | fuori ufficio | assenza dall'ufficio",
    "Japanese": "不在のお知らせ | 外出中",
    "Korean": "부재중 | 부재 중 | 자리 비움 | 자리비움",
    "Latvian": "ārpus biroja",
    "Lithuanian": "ne biure",
    "Norwegian": "fravær | fraværende | ikke på kontoret | ute av kontoret",
    "Polish": "nieobecność | nieobecność w biurze | poza biurem",
    "Portuguese": "fora do escritório | ausência | ausência do escritório | ausência temporária",
    "Romanian": "în afara biroului",
    "Russian": "вне офиса | нет на месте",
    "Serbian": "van kancelarije",
    "Slovak": "mimo kancelárie | neprítomnosť",
    "Slovenian": "odsotnost | nisem v pisarni",
    "Spanish": "fuera de la oficina | fuera de oficina | ausente de la oficina",
    "Swedish": "frånvaro | frånvarande | ej på kontoret | inte på kontoret",
    "Thai": "ไม่อยู่ที่สำนักงาน",
    "Turkish": "ofis dışında | ofis dışındayım",
    "Ukrainian": "не в офісі",
    "Vietnamese": "vắng mặt tại văn phòng",
}
"""What people set there, and may write themselves."""

BEFORE_ANSWERED: Final[Mapping[str, str]] = {
    "Dutch": "niet aanwezig",
    "French": "absence",
    "German": "außer haus",
    "Italian": "assente | assenza",
}
"""What people set there before the subject that is answered; by itself, or in a first letter, it may be anything."""

_LOOKED_AT: Final = 300  # characters, so that nothing a sender writes takes long; levelling alone can be quadratic


def _level(text: str) -> str:
    """Text without case, accents, wide forms and double spaces, so that every way to write a phrase is one."""
    if text.isascii():
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    bare = "".join(c for c in folded if not unicodedata.combining(c)).replace("’", "'")
    return " ".join(bare.split())


def _levelled(phrases: Mapping[str, str]) -> set[str]:
    return {_level(phrase) for known in phrases.values() for phrase in known.split("|")}


def _any_of(phrases: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True)) + ")"


_REPLIES, _AWAY = _levelled(REPLIES), _levelled(AWAY)
_BEFORE = re.compile(rf"{_any_of(_levelled(BEFORE_ANSWERED))} ?:")
_DECORATED: Final = frozenset("[【「(*")
_BEGINNINGS: Final = frozenset(phrase[:2] for phrase in _REPLIES | _AWAY)  # "au" among them
_PHRASE: Final = _any_of(_REPLIES | _AWAY)
_AND_OTHERS: Final = rf"(?:[ ,:/|-]{{1,3}}{_PHRASE}){{0,2}}"  # "Out of Office AutoReply"; the same in two languages
_ANSWERED: Final = "(?:re|aw|sv|tr|vs|rv|ris|odp|fwd?|wg) ?:"
_MARK: Final = rf"(?:[.!]*$| ?[:!|(]| [-–—~] ?| ?[–—]| {_ANSWERED})"
_MONTH: Final = (
    "(?:jan(?:uary?|vier)?|feb(?:ruary?)?|fev(?:rier)?|mar(?:ch|s|z|zo)?|apr(?:ile?)?|avr(?:il)?|may|mai|maj|jun[ei]?|"
    "juin|jul[iy]?|juil(?:let)?|aug(?:ust)?|aout|sept?(?:emb(?:er|re))?|o[ck]t(?:ob(?:er|re))?|nov(?:emb(?:er|re))?|"
    "de[cz](?:emb(?:er|re))?)"
)
_DATED: Final = rf" (?:{_MONTH}\.? [0-9]|[0-9]{{1,4}}[./-][0-9]|[0-9]{{1,2}}\.? {_MONTH}\b)[^?]*$"
_UNTIL: Final = (
    r"[.,;]? (?:until|till|from|back|returning|bis|vom|jusqu'|hasta|fino al?|dal|ate|tot|t/m|til|do|od)\b"
    r"[^?]*$"  # what asks something was written by somebody
)
_IS_AWAY: Final = (
    "(?:is|am|ist|bin|est|suis|esta|estoy|e|sono) (?:currently |derzeit |zurzeit |actuellement )?"
    "(?:out of (?:the )?office|ausser haus|nicht im buro|abwesend|absente?(?: du bureau)?|fuera de la oficina|"
    "ausente(?: do escritorio)?|fuori (?:sede|ufficio)|niet op kantoor|afwezig)"
)
_RETURN: Final = (
    r"\((?:returning|until|back|ruckkehr|zuruck|bis|retour|de retour|regres|vuelve|hasta|rit?orn|rientr|terug)"
)
_ABSENT: Final = (
    rf"[\[【「(]{_PHRASE}[:!]?[\]】」)]|\*{{1,5}} ?{_PHRASE} ?\*"
    rf"|{_PHRASE}{_AND_OTHERS}(?:{_MARK}|{_UNTIL}|{_DATED})"
    rf"|auto: {_ANSWERED}"  # RFC 5230, 4.4 puts "Auto: " before the subject; alone it is a car, too
    rf"|auto ?: [^:?]*\b{_IS_AWAY}\b"
)
_NAMED: Final = re.compile(rf"[^:?!]*\b{_IS_AWAY} {_RETURN}|[^:?!,]*\bis out of the office\.$")  # both of Notes
_SHOUTED: Final = re.compile(
    rf"OOO(?:\s*$| [-–—] | until )|O[oO]O(?::| (?i:{_ANSWERED}))"
)  # small, it is a cry of delight
_ASKS: Final = re.compile(
    r"[?\u061f\u037e]|\b(?:can|could|would|will) you\b|\b(?:wanted|needed|gesucht|gezocht|soges|sokes)\b"
    r"|\b(?:kannst du|konnt ihr|konnen sie|wer kann|kun(?: j|t u)|kunnen jullie|kan (?:du|ni|dere)|peux-tu)\b"
    r"|\b(?:pouvez-vous|puedes|podrias|necesito|puoi|potresti|preciso|pytanie|mozesz|prosze o|prosim o|muzes|voitko)\b"
)


def announces_absence(subject: str, *, is_answer: bool = True) -> bool:
    """Whether a subject is that of an automatic answer: one of the phrases, then its end, a mark or a date.

    "Out of office: holiday" is one; "Out of office next week, can you cover?" was written by somebody. What follows
    the mark may be the subject that is answered, with its question; in a message that answers none (is_answer: it has
    an In-Reply-To or References) it is somebody who asks, unless only machines use the phrase.
    """
    start = subject.strip()[:_LOOKED_AT]
    levelled = _level(start)
    if is_answer and _BEFORE.match(levelled):
        return True
    if not (_is_absent(levelled) or _SHOUTED.match(start)):
        return False
    return is_answer or _ASKS.search(levelled) is None or _machine_made().search(levelled) is not None


def _is_absent(levelled: str) -> bool:
    may_be = levelled[:2] in _BEGINNINGS or levelled[:1] in _DECORATED
    if may_be and _absent().match(levelled):
        return True
    return levelled[-1:] in (")", ".") and _NAMED.match(levelled) is not None


@cache
def _absent() -> re.Pattern[str]:
    return re.compile(_ABSENT)  # hundreds of phrases: few programs need them, and most subjects are plainly none


@cache
def _machine_made() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_ANSWERED}|{_any_of(_REPLIES)})")
