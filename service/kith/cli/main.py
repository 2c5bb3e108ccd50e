"""The command `kith`: reads arguments, runs a command, prints what it gives, and ends with its exit code."""

import gc
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, NoReturn, TextIO

from kith.cli.parser import build_parser
from kith.cli.report import Report, document
from kith.domain.plain import one_line, printable
from kith.errors import ConfigError, Internal, KithError, TryLater, UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """What may stand anywhere on the line; closing ends what a command opened."""

    config: str | None = None
    as_json: bool = False
    debug: bool = False
    closing: ExitStack = field(default_factory=ExitStack)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and exits."""
    words = list(sys.argv[1:] if argv is None else argv)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no “ is no reason to stop
    sys.exit(run(words))


def _nowhere() -> TextIO:
    """Where one of our own is closed: who started us wants to hear nothing, and no other file may come in its place."""
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def run(words: list[str]) -> int:
    """Runs the command line; gives the exit code."""
    try:
        options, rest = _options(words)
        arguments = build_parser().parse_args(rest)
        if getattr(arguments, "command", None) is None:
            build_parser().print_help(sys.stderr)
            return UsageError.exit_code
        with options.closing:
            report: Report = _command(arguments.command)(arguments, options)
        _print(report, as_json=options.as_json)
    except KeyboardInterrupt:
        return 130  # as a shell tells of SIGINT
    except BrokenPipeError:
        _give_up_stdout()
        return 0
    except Exception as error:  # noqa: BLE001 -- the command line's top: every error is told in two lines
        return _fail(_told(error), error, debug="--debug" in words)
    return int(report.exit_code)


def _told(error: Exception) -> KithError:
    """The error as it is told to people. What is not one of ours is a bug."""
    refused = getattr(error.__cause__, "orig", error)  # what a database's driver said, where it was one
    if isinstance(refused, UnicodeEncodeError):
        return UsageError("a word on the line is not UTF-8", "see the locale of your terminal")
    if isinstance(error, KithError):
        return error
    first = str(error).strip().partition("\n")[0]  # a database's own errors go on with what was asked of it
    return Internal(f"{type(error).__name__}: {first}", "this is a bug in Kith; run it again with --debug and tell us")


def _options(words: list[str]) -> tuple[Options, list[str]]:
    config: str | None = None
    as_json, debug = False, False
    rest: list[str] = []
    queue = iter(words)
    for word in queue:
        if word == "--":
            rest += [word, *queue]
        elif word == "--json":
            as_json = True
        elif word == "--debug":
            debug = True
        elif word == "--config":
            config = next(queue, "")
        elif word.startswith("--config="):
            config = word.removeprefix("--config=")
        else:
            rest.append(word)
    if config == "":
        raise UsageError("--config names no file", "write --config FILE")
    return Options(config, as_json, debug), rest


def _command(place: str) -> Any:
    """The function behind a command, imported only now: `kith --help` needs none of them."""
    module, _, name = place.partition(":")
    gc.disable()  # what is imported stays: looking for garbage in it, again and again, takes a tenth of the start
    gc.set_threshold(20_000)  # and what a scan makes in a moment is hardly ever garbage in a circle
    try:
        return getattr(importlib.import_module(f"kith.cli.{module}"), name)
    finally:
        gc.freeze()
        gc.enable()


def _print(report: Report, *, as_json: bool) -> None:
    text = report.text if report.verbatim or report.text is None else printable(report.text)
    if as_json or text is None:
        text = document(report.data)
    try:
        sys.stdout.write(text.removesuffix("\n") + "\n" if text else "")
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # whoever reads has read enough
    except OSError as lost:
        _give_up_stdout()
        raise TryLater(f"the answer cannot be written: {lost.strerror}", "is the disk full?") from lost
    for error in report.errors:
        _say(error)


def _give_up_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at exit


def _fail(told: KithError, error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    _say(told)
    return told.exit_code


def _say(told: KithError) -> None:
    """Two lines, whatever words of the line or from outside are in them; kith.toml may have a line a problem."""
    lines = told.message.splitlines() if isinstance(told, ConfigError) else [told.message]
    print("error: " + "\n".join(map(one_line, lines)), file=sys.stderr)
    if told.hint:
        print(f"hint: {one_line(told.hint)}", file=sys.stderr)
