"""What programs and providers call Sent and the folders that are not there to be read, in many languages.

Gmail's words matter most: an archive of it has no flags. Names are parted by bars, and compared folded.
"""

import unicodedata
from typing import Final

SENT: Final = (
    "sent|sent items|sent mail|sent messages|sent-mail|outgoing|gesendet|gesendete|gesendete objekte|"
    "gesendete elemente|gesendete nachrichten|envoyés|envoyes|éléments envoyés|"
    "messages envoyés|objets envoyés|courrier envoyé|enviados|elementos enviados|correo enviado|"
    "mensajes enviados|inviati|inviata|posta inviata|elementi inviati|messaggi inviati|enviadas|"
    "itens enviados|mensagens enviadas|e-mails enviados|correio enviado|verzonden|verzonden items|"
    "verzonden berichten|skickat|skickade|skickade meddelanden|skickade objekt|sendt|sendte|sendt post|"
    "sendte elementer|sendte beskeder|sendt e-post|sendte meldinger|lähetetyt|lähetetyt viestit|wysłane|"
    "elementy wysłane|wiadomości wysłane|odeslané|odeslaná|odeslaná pošta|odeslané zprávy|odoslané|"
    "odoslaná pošta|elküldött|elküldött elemek|elküldött üzenetek|trimise|elemente trimise|enviats|"
    "elements enviats|gönderilmiş|gönderilmiş öğeler|gönderilmiş postalar|gönderilenler|отправленные|"
    "отправленные письма|надіслані|изпратени|poslano|poslato|послато|saadetud|saadetud kirjad|nosūtītie|"
    "išsiųsti|išsiųsti laiškai|απεσταλμένα|דואר יוצא|נשלח|البريد المرسل|الرسائل المرسلة|المرسلة|"
    "đã gửi|thư đã gửi|ส่งแล้ว|จดหมายที่ส่งแล้ว|terkirim|surat terkirim|"
    "送信済み|送信済みメール|送信済みトレイ|送信済みアイテム|已发送|"
    "已发送邮件|已发邮件|已傳送|已傳送的郵件|寄件備份|已寄出|보낸편지함|보낸 편지함|보낸메일함|보낸 메일함"
)
DRAFTS: Final = (
    "drafts|draft|draft messages|postponed|entwürfe|entwurf|brouillons|brouillon|borradores|borrador|bozze|bozza|"
    "rascunhos|rascunho|concepten|concept|utkast|kladder|kladde|udkast|luonnokset|szkice|wersje robocze|"
    "kopie robocze|koncepty|rozepsané|rozpracované|piszkozatok|ciorne|schițe|mesaje nefinalizate|esborranys|"
    "taslaklar|черновики|чернетки|чернови|skice|osnutki|mustandid|melnraksti|juodraščiai|πρόχειρα|"
    "טיוטות|المسودات|مسودات|پیش‌نویس‌ها|ड्राफ़्ट|thư nháp|bản nháp|ร่างจดหมาย|ฉบับร่าง|draf|"
    "下書き|草稿|草稿箱|草稿夹|임시보관함|임시 보관함"
)
UNSENT: Final = "outbox|unsent messages|templates|postausgang"
JUNK: Final = (
    "junk|junk mail|junk e-mail|junk email|spam|bulk|bulk mail|spamverdacht|junk-e-mail|unerwünscht|"
    "unerwünschte werbung|courrier indésirable|indésirables|pourriel|correo no deseado|correo basura|"
    "no deseado|posta indesiderata|indesiderata|lixo eletrônico|lixo eletrónico|correio de lixo|"
    "ongewenste e-mail|ongewenst|skräppost|uønsket|uønsket post|uønsket mail|uønsket e-post|søppelpost|"
    "roskaposti|wiadomości-śmieci|niechciane|nevyžádaná pošta|nevyžiadaná pošta|levélszemét|"
    "mesaje nedorite|correu brossa|gereksiz|istenmeyen|спам|нежелательная почта|небажана пошта|"
    "нежелана поща|neželjena pošta|vsiljena pošta|rämpspost|mēstules|šlamštas|ruslpóstur|"
    "ανεπιθύμητα|דואר זבל|ספאם|الرسائل غير المرغوب فيها|غير مرغوب فيها|هرزنامه|स्पैम|thư rác|จดหมายขยะ|สแปม|"
    "迷惑メール|垃圾邮件|垃圾郵件|垃圾信件|스팸|스팸함|스팸메일함|정크 메일"
)
TRASH: Final = (
    "trash|bin|deleted|deleted items|deleted messages|wastebasket|papierkorb|gelöscht|gelöschte|"
    "gelöschte objekte|gelöschte elemente|corbeille|éléments supprimés|supprimés|papelera|eliminados|"
    "elementos eliminados|cestino|posta eliminata|elementi eliminati|lixeira|reciclagem|lixo|itens eliminados|"
    "itens excluídos|prullenbak|prullenmand|verwijderd|verwijderde items|verwijderde berichten|"
    "papperskorg|papperskorgen|borttaget|borttagna objekt|papirkurv|papirkurven|slettet|slettet post|"
    "slettede elementer|roskakori|poistetut|poistetut viestit|kosz|elementy usunięte|koš|"
    "odstraněná pošta|odstraněné|kôš|odstránená pošta|kuka|lomtár|törölt elemek|coș de gunoi|"
    "elemente șterse|paperera|papeleira|zakarrontzia|çöp|çöp kutusu|silinmiş öğeler|корзина|удаленные|удалённые|"
    "кошик|кошче|отпад|otpad|smeće|prügikast|atkritne|šiukšlinė|rusl|κάδος|κάδος απορριμμάτων|"
    "אשפה|פח אשפה|المهملات|سلة المهملات|زباله‌دان|ट्रैश|thùng rác|ถังขยะ|sampah|tong sampah|"
    "ごみ箱|ゴミ箱|削除済みアイテム|已删除|已删除邮件|已刪除的郵件|垃圾桶|废纸篓|휴지통|지운편지함"
)
COMMON: Final = frozenset({"bin", "bulk", "concept", "kuka", "postponed", "rusl"})
"""Those that may be somebody's own folder as well: they count where no flag tells which it is, and for themselves."""


def folded(name: str) -> str:
    """A folder's name in the form in which names are compared."""
    return unicodedata.normalize("NFC", name).casefold()


def among(names: str) -> list[str]:
    """Such a row of names, folded."""
    return [folded(name) for name in names.split("|")]
