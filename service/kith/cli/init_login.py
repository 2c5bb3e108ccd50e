"""`kith init`, the part about the mailbox: which server, which password and where it is kept, and a real login."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from kith import secret, wiring
from kith.cli import ask
from kith.config import Config
from kith.configvalues import check_place, check_url, is_loopback
from kith.domain import providers
from kith.domain.address import split
from kith.domain.outbox import Outcome
from kith.domain.providers import Provider
from kith.domain.starting import MAILBOX, PASSWORD_VARIABLE, Login, Start
from kith.errors import ConfigError, KithError, LoginRefused, TryLater, UsageError
from kith.jobs.settle import as_config, free_place, has_keyring
from kith.mail import imap
from kith.mail.source import Source

LOGIN_SECONDS: Final = 20.0
"""How long a server may be silent before another guess is tried."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says about the mailbox; "" where it says nothing. asking: somebody answers questions."""

    imap: str
    password: str
    tls_ca: str
    insecure: bool
    asking: bool


@dataclass(frozen=True, slots=True)
class Key:
    """The secret of a mailbox and the place where it is kept, or will be: is_new says it has to be put there."""

    place: str
    word: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox that is logged in, and what it took."""

    source: Source
    provider: Provider
    login: Login
    key: Key


def open_mailbox(wishes: Wishes, address: str, start: Start, target: Path) -> Opened:
    """Finds the server and logs in; where somebody answers, it asks again until it works.

    start is the owner so far, with a mailbox that is overwritten. Raises LoginRefused, TryLater,
    ConfigError or UsageError where nobody can be asked.
    """
    servers = _servers(wishes, address)
    user, key = providers.user_in(wishes.imap), None
    explained: Provider | None = None
    while True:
        provider = servers[0]
        if wishes.asking and provider is not explained:
            ask.say(f"\n{provider.hint}.")
            wishes, explained = _trusting(wishes, provider), provider
        name = user or provider.user_of(address)
        key = key or _key(wishes, provider, name, target)
        try:
            return _first_that_opens(servers, wishes, name, key, start, target)
        except LoginRefused as error:
            _tell(error, wishes)
            user = ask.for_line("User name", name)
            wishes, key = _another_key(wishes, provider, user, key)
        except (TryLater, ConfigError) as error:
            _tell(error, wishes)
            servers = _asked_server(address, "The mail server's name; Enter tries again", servers)
            key = key if servers[0].auth == provider.auth else None


def _servers(wishes: Wishes, address: str) -> Sequence[Provider]:
    """The servers to try, in this order."""
    if wishes.imap:
        found = providers.at(wishes.imap)
        if found is None:
            raise UsageError("--imap names no IMAP server", "write --imap imaps://imap.example.com")
        return [found]
    known = providers.of(address)
    if known:
        return [known]
    guesses = providers.guesses(address)
    if not wishes.asking:
        return guesses
    ask.say(
        f"\nWho keeps the mail of {split(address)[1]}? A name such as gmail, microsoft or fastmail, or the mail "
        f"server's own name. Enter tries {' and '.join(g.host for g in guesses)}."
    )
    return _asked_server(address, "Your provider", guesses)


def _asked_server(address: str, question: str, otherwise: Sequence[Provider]) -> Sequence[Provider]:
    """The server somebody names; otherwise: what Enter means."""
    wrong = f"That is no provider I know and no server; type something like imap.{split(address)[1]}."
    answer = ask.for_line(question, check=lambda a: "" if not a or _server(a) else wrong)
    found = _server(answer) if answer else None
    return [found] if found else otherwise


def _server(words: str) -> Provider | None:
    known = providers.named(words)
    return known or (providers.at(words) if any(c in words for c in ".:") else None)


def _trusting(wishes: Wishes, provider: Provider) -> Wishes:
    """A bridge on this machine shows a certificate that nobody has signed: asked for once."""
    if not provider.is_bridge or wishes.tls_ca or wishes.insecure:
        return wishes
    ask.say(
        "\nThis server is on your own machine, and shows a certificate of its own. Export that (in Proton Bridge: "
        "Settings, Advanced settings, Export TLS certificates) and name the file. Without it the line is not "
        "encrypted, but it never leaves this machine."
    )
    wrong = "There is no such file."
    file = ask.for_line("Certificate file (Enter: none)", check=lambda a: "" if not a or _is_file(a) else wrong)
    return replace(wishes, tls_ca=str(Path(file).expanduser().resolve())) if file else replace(wishes, insecure=True)


def _is_file(path: str) -> bool:
    return Path(path).expanduser().is_file()


def _key(wishes: Wishes, provider: Provider, user: str, target: Path) -> Key:
    """The secret, from its place or typed in."""
    place = wishes.password or _asked_place(provider, user, target)
    while True:
        try:
            return Key(place, secret.find(place, target.parent), is_new=False)
        except ConfigError as error:
            if not wishes.asking:
                raise
            if not place.startswith("command:"):
                return Key(place, _typed(provider, user), is_new=True)
            ask.say(f"  {error.message}.")
            place = _asked_place(provider, user, target)


def _typed(provider: Provider, user: str) -> str:
    kind = "App password" if provider.app_password else "Token" if provider.auth == "xoauth2" else "Password"
    return provider.tidy(ask.for_secret(f"{kind} of {user} (not shown)"))


def _another_key(wishes: Wishes, provider: Provider, user: str, refused: Key) -> tuple[Wishes, Key | None]:
    """After a refusal: what was typed is typed again, what came from a place may come from another."""
    if refused.is_new or refused.place.startswith("keyring:"):
        return wishes, Key(refused.place, _typed(provider, user), is_new=True)
    return replace(wishes, password=""), None


def _asked_place(provider: Provider, user: str, target: Path) -> str:
    if provider.auth == "xoauth2":
        return _asked_command()
    places: list[tuple[str, Callable[[], str]]] = [
        (f"in a file beside {target.name} that only you can read", lambda: free_place(target)),
        (f"in the environment, as {PASSWORD_VARIABLE}", lambda: f"env:{PASSWORD_VARIABLE}"),
        ("nowhere: a command gives it, for example your password manager's", _asked_command),
    ]
    if has_keyring():
        places.insert(1, ("in this machine's keyring", lambda: f"keyring:kith/{user}"))
    chosen = ask.for_choice(
        f"\nWhere shall the password be kept? Never in {target.name} itself.", [p for p, _ in places]
    )
    return places[chosen][1]()


def _asked_command() -> str:
    return "command:" + ask.for_line("The command", check=lambda a: "" if a else "It prints the secret on one line.")


def _first_that_opens(
    servers: Sequence[Provider], wishes: Wishes, user: str, key: Key, start: Start, target: Path
) -> Opened:
    """Tries servers in their order. A refused login ends it: that server knows the mailbox."""
    problems: list[KithError] = []
    for provider in servers:
        login = _login(provider, wishes, user, key)
        if wishes.asking:
            ask.say(f"Logging in to {provider.host} …")
        try:
            source = _open(as_config(replace(start, mailbox=login), target), key.word)
        except LoginRefused as error:
            raise LoginRefused(_plain(error), provider.hint) from error
        except (TryLater, ConfigError) as error:
            problems.append(error)
        else:
            return Opened(source, provider, login, key)
    by_hand = "" if wishes.asking else "name the server with --imap URL"
    hint = by_hand if len(servers) > 1 else problems[0].hint
    kind = TryLater if isinstance(problems[0], TryLater) else ConfigError
    raise kind("; ".join(map(_plain, problems)), hint)


def _login(provider: Provider, wishes: Wishes, user: str, key: Key) -> Login:
    insecure = wishes.insecure and provider.imap.startswith("imap://") and is_loopback(provider.host)
    url = providers.with_user(provider.imap, user)
    return Login(url, key.place, provider.auth, wishes.tls_ca, insecure)


def _open(config: Config, word: str) -> Source:
    """The mailbox, with the secret that is not in its place yet."""
    account = replace(wiring.account_of(config, config.mailbox[0]), secret=lambda: word)
    return imap.connect(account, LOGIN_SECONDS)


def _plain(error: KithError) -> str:
    return error.message.removeprefix(f"{MAILBOX}: ")


def _tell(error: KithError, wishes: Wishes) -> None:
    """Says what was wrong where somebody can mend it, else gives up."""
    if not wishes.asking:
        raise error
    ask.say(f"\nThat did not work: {_plain(error)}.")
    hint = error.hint if isinstance(error, LoginRefused) else error.hint[:1].upper() + error.hint[1:]
    if hint:
        ask.say(f"{hint}.")


def smtp_login(url: str, address: str, opened: Opened, *, insecure: bool) -> Login:
    """The server that sends letters, with the secret of the mailbox; url may lack the user."""
    full = providers.with_user(url, address)
    here = full.startswith("smtp://") and is_loopback(urlsplit(full).hostname or "")
    return replace(opened.login, url=full, insecure=here and (insecure or opened.login.insecure))


def check_smtp(start: Start, target: Path, key: Key) -> Outcome:
    """Whether the server for letters takes our login."""
    relay = wiring.relay_of(as_config(start, target))
    if relay is None:
        raise UsageError("there is no server for letters to try")
    return replace(relay, secret=lambda: key.word).check()


def check_options(imap_url: str | None, smtp_url: str | None, place: str | None) -> None:
    """Raises UsageError for a --imap, --smtp or --password that makes no sense, without quoting it."""
    try:
        what = "--password"
        if place:
            check_place(place)
        for what, url, schemes in (("--imap", imap_url, ("imaps", "imap")), ("--smtp", smtp_url, ("smtps", "smtp"))):
            if url and (what == "--smtp" or "://" in url):
                check_url(providers.with_user(url, "user"), schemes)
    except ValueError as error:
        raise UsageError(
            f"{what} {error}", "a password stands in none of these options; see `kith init --help`"
        ) from None
