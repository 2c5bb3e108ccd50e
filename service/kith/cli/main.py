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
from typing import Any, NoReturn

from kith.cli.parser import build_parser
from kith.cli.report import Report, document
from kith.errors import Internal, KithError, UsageError


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no “ is no reason to stop
    sys.exit(run(words))


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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at exit
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
    text = document(report.data) if as_json or report.text is None else report.text
    if text:
        sys.stdout.write(text.removesuffix("\n") + "\n")
    sys.stdout.flush()
    for error in report.errors:
        _say(error)


def _fail(told: KithError, error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    _say(told)
    return told.exit_code


def _say(told: KithError) -> None:
    print(f"error: {told.message}", file=sys.stderr)
    if told.hint:
        print(f"hint: {told.hint}", file=sys.stderr)
