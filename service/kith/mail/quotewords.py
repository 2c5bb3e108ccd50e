"""The words that mail programs put above a quote and below a letter, in the languages they speak."""

import re
from typing import Final


def _phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text, the longest first; _ stands for a space inside one."""
    return tuple(sorted({word.replace("_", " ") for word in text.split()}, key=len, reverse=True))


def _any_of(text: str) -> str:
    return "|".join(map(re.escape, _phrases(text)))


VERB: Final = re.compile(
    r"(?<!\w)(?:"
    + _any_of("""
        wrote writes said schrieb geschrieben écrit ecrit escribió escribio escrito scritto schreef geschreven skrev
        skreiv skrifaði kirjoitti pisze napisał napisała napisał(a) escreveu napsal napsala napsal(a) napísal
        napísal(a) írta scris yazdı yazmış napisao napisala пишет писал писала писал(а) написал написала написал(а)
        пише написав έγραψε כתב כתבה كتب viết menulis เขียน rašė rakstīja kirjutas
    """)
    + r")(?!\w)|写道|寫道|书写|書きました|のメール|작성|썼습니다",
    re.IGNORECASE,
)
"""What the author of the quote did."""

START: Final = re.compile(
    r"(?:"
    + _any_of("""
        on at am um le el il op den på em no_dia w_dniu dnia dne dňa pe în în_data la ti ke στις vào pada quoting
        בתאריך في mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday
        sunday mo di mi do fr sa so lun mar mer mié jeu jue ven vie sam sáb dim dom gio sab seg ter qua qui sex
        man tir ons tor fre lør søn mån tis lör sön mandag tirsdag onsdag torsdag fredag lørdag søndag
        pon wt śr czw pt niedz sob po út st čt pá ne pondělí úterý středa čtvrtek pátek sobota neděle
        пн вт ср чт пт сб вс нд понедельник вторник среда четверг пятница суббота воскресенье
        pzt sal çar per cum cmt paz hétfő kedd szerda csütörtök péntek szombat vasárnap
    """)
    + r")(?:[\s.,]|$)|ב-",
    re.IGNORECASE,
)
"""How a line above a quote begins: "on" or a weekday."""

DATE: Final = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])|(?<![0-9])[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})(?![0-9])"
)
STARTS_WITH_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}\s?[-./年년]|[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})(?![0-9])|"
    r"[0-9]{1,2}\.? \w{3,12}\.?,? (?:de )?(?:19|20)[0-9]{2}(?![0-9])"
)
TIME: Final = re.compile(r"(?<![0-9])[0-9]{1,2} ?[:.hH時时시] ?[0-9]{2}(?![0-9])")

MARKS: Final = frozenset(
    _phrases("""
        original_message original_email original_mail original_appointment original forwarded_message reply_message
        replied_message ursprüngliche_nachricht originalnachricht original-nachricht originale_nachricht
        weitergeleitete_nachricht message_d'origine message_original message_transféré mensaje_original
        mensaje_reenviado missatge_original messaggio_originale messaggio_inoltrato oorspronkelijk_bericht
        origineel_bericht doorgestuurd_bericht ursprungligt_meddelande originalmeddelande vidarebefordrat_meddelande
        oprindelig_meddelelse original_besked videresendt_meddelelse opprinnelig_melding videresendt_melding
        alkuperäinen_viesti välitetty_viesti wiadomość_oryginalna oryginalna_wiadomość wiadomość_przekazana
        mensagem_original mensagem_encaminhada původní_zpráva původní_e-mail přeposlaná_zpráva pôvodná_správa
        eredeti_üzenet továbbított_üzenet mesaj_original mesajul_original orijinal_mesaj orijinal_ileti özgün_ileti
        özgün_mesaj исходное_сообщение оригинальное_сообщение пересылаемое_сообщение пересланное_сообщение
        вихідне_повідомлення αρχικό_μήνυμα הודעה_מקורית الرسالة_الأصلية 元のメッセージ 元のメール 原始邮件 原始郵件
        原邮件 回复的原邮件 转发的邮件 원본_메시지 원본_메일
    """)
)
"""What stands between dashes above a quote."""

MARKS_WITH_MORE: Final = ("original message ", "forwarded message ", "forwarded by ")
"""Such marks that go on, "Forwarded message from Kith"."""

UNDASHED_MARKS: Final = _phrases("""
    begin_forwarded_message anfang_der_weitergeleiteten_nachricht début_du_message_réexpédié
    début_du_message_transféré inicio_del_mensaje_reenviado inizio_messaggio_inoltrato begin_doorgestuurd_bericht
    start_på_videresendt_besked vidarebefordrat_brev
""")

_FIELDS: Final = {
    "from": """
        from von de da van fra från lähettäjä od kimden gönderen от відправник від feladó 差出人 送信者 发件人 寄件者
        寄件人 보낸_사람 보낸사람 από מאת من expéditeur remitente mittente expeditor de_la nadawca afzender absender
        avsender afsender odesílatel dari""",
    "sent": """
        sent date gesendet datum envoyé envoyé_le date_d'envoi enviado enviado_el enviada enviada_em enviado_em fecha
        data inviato data_invio verzonden sendt skickat skickades lähetetty päivä päiväys wysłano wysłane odesláno
        odoslané elküldve dátum trimis gönderildi gönderilme_tarihi tarih отправлено дата надіслано 送信日時 日付 日時
        发送时间 发送日期 日期 寄件日期 보낸_날짜 보낸날짜 날짜 στάλθηκε ημερομηνία נשלח תאריך تاريخ تم_الإرسال poslano
        dikirim dato""",
    "to": """
        to an à a para aan til till do komu kime alıcı кому 宛先 收件人 收件者 받는_사람 받는사람 vastaanottaja címzett
        către catre προς אל إلى za kepada destinataire destinatario empfänger""",
    "cc": "cc bcc kopie kopi kopia копия копія cópia 抄送 副本 참조 kopio bilgi dw",
    "subject": """
        subject betreff objet asunto oggetto onderwerp emne ämne aihe temat assunto předmět predmet tárgy subiect
        konu тема 件名 主题 主旨 主題 제목 θέμα נושא الموضوع perihal sujet""",
    "other": "reply-to antwort_an répondre_à priority importance attachments anlagen pièces_jointes wichtigkeit",
}
FIELD_KIND: Final = {name: kind for kind, text in _FIELDS.items() for name in _phrases(text)}
"""What each name of a header field means, by the name in small letters: from, sent, to, cc, subject, other."""

SENT_FROM: Final = _phrases("""
    sent_from sent_via sent_with sent_by sent_using sent_securely get_outlook yahoo_mail von_meinem gesendet_von
    gesendet_mit gesendet_über diese_nachricht_wurde_von_meinem holen_sie_sich_outlook outlook_für envoyé_de
    verzonden_vanuit verstuurd_vanuit
    envoyé_depuis envoyé_avec envoyé_à_partir télécharger_outlook enviado_desde enviado_con enviado_do enviado_da
    enviado_pelo enviado_via obtener_outlook obter_o_outlook obtenha_o_outlook inviato_da inviato_con scarica_outlook
    ottieni_outlook verzonden_vanaf verstuurd_vanaf verzonden_met download_outlook outlook_voor sendt_fra skickat_från
    skickat_med skaffa_outlook hent_outlook lähetetty hanki_outlook wysłano_z wysłane_z pobierz_outlook odesláno_z
    odoslané_z stáhnout_outlook küldve trimis_de_pe trimis_din gönderildi iphone'umdan ipad'imden отправлено_с
    отправлено_из надіслано_з στάλθηκε_από נשלח_מה أرسلت_من dikirim_dari 从我的 發自我的 发自我的 iphoneから送信
    나의_iphone
""")
"""How the line begins that a phone or a program adds at the end."""

DEVICE: Final = re.compile(
    _any_of("""
        iphone iphonu ipad ipod ios android
        samsung galaxy huawei xiaomi redmi oneplus pixel nokia blackberry windows mac
        smartphone phone mobile mobil móvil movil handy tablet telefon téléphone telefono telefoon celular outlook yahoo
        gmail proton spark airmail bluemail fastmail gmx web.de mail.ru posteo tuta thunderbird k-9 aol zoho superhuman
        mailbird aqua_mail mail_voor application_mail mail_orange edison телефон айфон 手机 puhelimesta puhelimestani
    """),
    re.IGNORECASE,
)
"""What such a line was sent from; it is never "my garden"."""

DISCLAIMER: Final = re.compile(
    r"(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b|"
    r"confidentiality notice|disclaimer\b|diese e-?mail enthält|diese nachricht enthält|der inhalt dieser e-?mail|"
    r"ce message (?:et|est|peut)|este (?:correo|mensaje|e-?mail)|questo (?:messaggio|e-?mail)|"
    r"dit (?:bericht|e-?mailbericht)|virus-free|virenfrei|sans virus|libre de virus|"
    r"(?:please )?consider the environment before",
    re.IGNORECASE,
)
"""How the legal words begin that a company adds at the end."""

LEGAL: Final = re.compile(
    r"confidential|intended|privileged|recipient|vertraulich|empfänger|confidentiel|destinataire|confidencial|"
    r"destinatario|riservat|vertrouwelijk|avast|avg|printing",
    re.IGNORECASE,
)
"""What the same words are about."""
