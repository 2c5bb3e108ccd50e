"""pymap and aiosmtpd, tamed: one mailbox in memory, and the way into it."""

import asyncio
import hmac
import logging
from argparse import Namespace
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl.creds.plain import PlainCredentials
from pysasl.hashing import Cleartext

# aiosmtpd warns, at every login, of an attribute of its own that it sets itself
logging.getLogger("mail.log").setLevel(logging.ERROR)


class _Config(Config):
    """pymap's configuration, without its look-up of this machine's name: that may ask a DNS server."""

    @property
    def greeting(self) -> bytes:
        return b"Kith demo ready"


class Mailbox:
    """One account on an embedded IMAP server, in memory."""

    def __init__(self, login: Login, config: Config, folders: MailboxSet) -> None:
        self._login = login
        self._config = config
        self._folders = folders

    @classmethod
    async def make(cls, user: str, password: str, folders: Sequence[str]) -> Self:
        """An empty account with INBOX and the folders named."""
        config = _config(user, password)
        config.apply_context()
        login = Login(config)
        await login.demo_user_identity.set(UserMetadata(config, user, password=password))
        identity = await login.authenticate(PlainCredentials(user, password))
        async with identity.new_session() as session:
            for folder in folders:
                await session.mailbox_set.add_mailbox(folder)
            return cls(login, config, session.mailbox_set)

    async def put(self, folder: str, at: datetime, flags: Sequence[str], raw: bytes) -> None:
        """Adds a message, as an APPEND by another client would."""
        box = await self._folders.get_mailbox(folder)
        await box.append(AppendMessage(raw, at, frozenset(Flag(f.encode("ascii")) for f in flags)))

    async def listen(self, host: str) -> asyncio.Server:
        """Serves IMAP on a free port of the host."""
        reader = ProxyProtocolReader(self._config.proxy_protocol)
        callback = reader.get_callback(IMAPServer(self._login, self._config))
        return await asyncio.start_server(callback, host=host, port=0)


def _config(user: str, password: str) -> Config:
    args = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
    return _Config(
        args, host=None, port=0, tls_enabled=False, demo_data=False, demo_user=user, demo_password=password,
        # the password lives for a minute in this process's memory: hashing it would only cost time and a thread
        hash_context=Cleartext(), cpu_subsystem=Subsystem.for_asyncio(),
    )  # fmt: skip


class _Postman:
    """Takes mail for the owner from whoever logged in, and puts it into INBOX (aiosmtpd's handler hooks)."""

    def __init__(self, addresses: Collection[str], mailbox: Mailbox) -> None:
        self._addresses = addresses
        self._mailbox = mailbox

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds its hooks by the SMTP verb in their name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.casefold() not in self._addresses:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        now = datetime.now(UTC)
        trace = f"Return-Path: <{envelope.mail_from}>\r\nReceived: by demo.invalid with ESMTPA; {format_datetime(now)}"
        raw = trace.encode("utf-8") + b"\r\n" + (envelope.original_content or b"")
        await self._mailbox.put("INBOX", now, (), raw)
        return "250 2.0.0 Delivered"


async def listen_smtp(
    host: str, user: str, password: str, addresses: Collection[str], mailbox: Mailbox
) -> asyncio.Server:
    """Serves SMTP with AUTH on a free port of the host; plaintext, for this machine only."""
    loop = asyncio.get_running_loop()

    def authenticate(_1: SMTP, _2: Session, _3: Envelope, _mechanism: str, data: object) -> AuthResult:
        known = isinstance(data, LoginPassword) and data.login == user.encode()
        fits = isinstance(data, LoginPassword) and hmac.compare_digest(data.password, password.encode())
        return AuthResult(success=known and fits, handled=False)

    def connect() -> SMTP:
        # auth_required would warn about AUTH without TLS; the postman refuses strangers instead
        return SMTP(
            _Postman(addresses, mailbox), hostname="demo.invalid", ident="Kith demo", enable_SMTPUTF8=True,
            auth_require_tls=False, authenticator=authenticate, loop=loop,
        )  # fmt: skip

    return await loop.create_server(connect, host=host, port=0)
