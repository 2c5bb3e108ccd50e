"""Which folder of a mailbox is for what, and which of them are read."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a folder is for (RFC 6154, RFC 3501 for INBOX)."""

    INBOX = "inbox"
    SENT = "sent"
    DRAFTS = "drafts"
    JUNK = "junk"
    TRASH = "trash"
    VIRTUAL = "virtual"  # shows messages that live in other folders: \\All, \\Flagged, \\Important
    EVERYTHING = "everything"  # \\All where a message that was archived lives in no other folder: Gmail
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder that can be opened; name is decoded from modified UTF-7."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Listed:
    """One folder as a server lists it. delimiter is "" where the server has no hierarchy."""

    name: str
    flags: frozenset[str] = frozenset()
    delimiter: str = "/"


UNREAD_ROLES: Final = frozenset({Role.DRAFTS, Role.JUNK, Role.TRASH, Role.VIRTUAL})
"""Roles of folders that are read only where the owner lists them by name."""

_UNOPENABLE: Final = frozenset({"\\noselect", "\\nonexistent"})
_BY_FLAG: Final = {
    "\\sent": Role.SENT,
    "\\drafts": Role.DRAFTS,
    "\\junk": Role.JUNK,
    "\\spam": Role.JUNK,  # before RFC 6154 Gmail said so, and some servers still do
    "\\trash": Role.TRASH,
    "\\all": Role.VIRTUAL,
    "\\allmail": Role.VIRTUAL,
    "\\flagged": Role.VIRTUAL,
    "\\starred": Role.VIRTUAL,
    "\\important": Role.VIRTUAL,
}
_PARENTS: Final = frozenset({"inbox", "[gmail]", "[google mail]"})

# What programs and providers call these folders where no flag tells: en, de, fr, es, it, pt, nl, sv, da, nb, fi, pl,
# cs, sk, hu, ro, ca, tr, ru, uk, el, ja, zh (both scripts), ko.
_NAMES: Final = {
    Role.SENT: (
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
        "отправленные письма|надіслані|απεσταλμένα|送信済み|送信済みメール|送信済みトレイ|送信済みアイテム|已发送|"
        "已发送邮件|已发邮件|已傳送|已傳送的郵件|寄件備份|已寄出|보낸편지함|보낸 편지함|보낸메일함|보낸 메일함"
    ),
    Role.DRAFTS: (
        "drafts|draft|draft messages|entwürfe|entwurf|brouillons|brouillon|borradores|borrador|bozze|bozza|"
        "rascunhos|rascunho|concepten|concept|utkast|kladder|kladde|udkast|luonnokset|szkice|kopie robocze|"
        "koncepty|rozepsané|rozpracované|piszkozatok|ciorne|schițe|esborranys|taslaklar|черновики|чернетки|"
        "πρόχειρα|下書き|草稿|草稿箱|草稿夹|임시보관함|임시 보관함"
    ),
    Role.JUNK: (
        "junk|junk mail|junk e-mail|junk email|spam|bulk mail|spamverdacht|junk-e-mail|unerwünscht|"
        "unerwünschte werbung|courrier indésirable|indésirables|pourriel|correo no deseado|correo basura|"
        "no deseado|posta indesiderata|indesiderata|lixo eletrônico|lixo eletrónico|correio de lixo|"
        "ongewenste e-mail|ongewenst|skräppost|uønsket|uønsket post|uønsket mail|uønsket e-post|søppelpost|"
        "roskaposti|wiadomości-śmieci|niechciane|nevyžádaná pošta|nevyžiadaná pošta|levélszemét|"
        "mesaje nedorite|correu brossa|gereksiz|istenmeyen|спам|нежелательная почта|небажана пошта|"
        "ανεπιθύμητα|迷惑メール|垃圾邮件|垃圾郵件|垃圾信件|스팸|스팸메일함|정크 메일"
    ),
    Role.TRASH: (
        "trash|deleted|deleted items|deleted messages|wastebasket|papierkorb|gelöscht|gelöschte|"
        "gelöschte objekte|gelöschte elemente|corbeille|éléments supprimés|supprimés|papelera|eliminados|"
        "elementos eliminados|cestino|posta eliminata|elementi eliminati|lixeira|lixo|itens eliminados|"
        "itens excluídos|prullenbak|prullenmand|verwijderd|verwijderde items|verwijderde berichten|"
        "papperskorg|papperskorgen|borttaget|borttagna objekt|papirkurv|papirkurven|slettet|slettet post|"
        "slettede elementer|roskakori|poistetut|poistetut viestit|kosz|elementy usunięte|koš|"
        "odstraněná pošta|odstraněné|kôš|odstránená pošta|lomtár|törölt elemek|coș de gunoi|"
        "elemente șterse|paperera|çöp|çöp kutusu|silinmiş öğeler|корзина|удаленные|удалённые|кошик|"
        "κάδος|ごみ箱|ゴミ箱|削除済みアイテム|已删除|已删除邮件|已刪除的郵件|垃圾桶|废纸篓|휴지통|지운편지함"
    ),
}


def folded(name: str) -> str:
    """A folder's name in the form in which names are compared."""
    return unicodedata.normalize("NFC", name).casefold()


_BY_NAME: Final = {folded(name): role for role, names in _NAMES.items() for name in names.split("|")}


def with_roles(
    listed: Iterable[Listed], sent: str = "auto", drafts: str = "auto", *, archives_in_all: bool = False
) -> list[Folder]:
    """Every folder that can be opened, once, with its role.

    A role comes from the owner's own choice (sent and drafts, a name instead of "auto"), else from a
    SPECIAL-USE flag (RFC 6154), else from a name in a common language at the top of the mailbox.
    Several folders may have one role: the first of them is the one to use. archives_in_all: the folder
    with everything is no mere view of others, and comes last.
    """
    chosen = {folded(name): role for name, role in ((sent, Role.SENT), (drafts, Role.DRAFTS)) if name != "auto"}
    ranked: dict[str, tuple[int, Folder]] = {}
    for entry in listed:
        name = "INBOX" if entry.name.upper() == "INBOX" else entry.name
        if name and name not in ranked and not _UNOPENABLE & _flags(entry):
            rank, role = _role(entry, chosen)
            if archives_in_all and role is Role.VIRTUAL and "\\all" in _flags(entry):
                rank, role = _LAST, Role.EVERYTHING
            ranked[name] = rank, Folder(name, role)
    return [folder for _, folder in sorted(ranked.values(), key=lambda found: found[0])]


_LAST: Final = 4


def _flags(entry: Listed) -> set[str]:
    return {flag.lower() for flag in entry.flags}


def _role(entry: Listed, chosen: dict[str, Role]) -> tuple[int, Role]:
    """The role of a folder, and how surely it has it (0 is surest)."""
    if entry.name.upper() == "INBOX":
        return 0, Role.INBOX
    if own := chosen.get(folded(entry.name)):
        return 1, own
    for flag in sorted(_flags(entry) & _BY_FLAG.keys()):
        return 2, _BY_FLAG[flag]
    return 3, _BY_NAME.get(_top_name(entry), Role.PLAIN)


def _top_name(entry: Listed) -> str:
    """The folded name without a parent that only holds the provider's own folders."""
    name = folded(entry.name)
    parent, delimiter, rest = name.partition(entry.delimiter) if entry.delimiter else (name, "", "")
    return rest if delimiter and parent in _PARENTS else name


def first(folders: Iterable[Folder], role: Role) -> Folder | None:
    """The folder to use for a role, None where there is none."""
    return next((folder for folder in folders if folder.role is role), None)


def readable(
    folders: Sequence[Folder], wanted: str | Sequence[str] = "auto", exclude: Sequence[str] = ()
) -> tuple[list[Folder], list[str]]:
    """The folders that are read, and the names that were asked for or excluded and are not there.

    wanted "auto" means all but Drafts, Junk, Trash and virtual ones. Names are compared without
    regard to case where no folder has the exact name.
    """
    left_out, missing = _named(folders, exclude)
    if isinstance(wanted, str):
        found = [folder for folder in folders if folder.role not in UNREAD_ROLES]
    else:
        found, unknown = _named(folders, wanted)
        missing = unknown + missing
    return [folder for folder in found if folder not in left_out], missing


def _named(folders: Sequence[Folder], names: Sequence[str]) -> tuple[list[Folder], list[str]]:
    exact = {folder.name: folder for folder in folders}
    alike = {folded(folder.name): folder for folder in reversed(folders)}
    found = {name: exact.get(name) or alike.get(folded(name)) for name in names}
    return list(dict.fromkeys(f for f in found.values() if f)), [name for name, folder in found.items() if not folder]
