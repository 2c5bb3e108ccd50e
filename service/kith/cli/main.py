"""The command `kith`: reads arguments, runs a command, prints what it gives, and ends with its exit code."""

import importlib
import io
import itertools
import json
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from kith.cli.parser import build_parser
from kith.cli.report import Report
from kith.errors import Internal, KithError, UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """What may stand anywhere on the line."""

    config: str | None = None
    as_json: bool = False
    debug: bool = False


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and exits."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no “ is no reason to stop
    sys.exit(run(words))


def run(words: list[str]) -> int:
    """Runs the command line; gives the exit code."""
    options = Options(debug="--debug" in words)
    try:
        options, rest = _options(words)
        arguments = build_parser().parse_args(rest)
        if getattr(arguments, "command", None) is None:
            build_parser().print_help(sys.stderr)
            return UsageError.exit_code
        report: Report = _command(arguments.command)(arguments, options)
        _print(report, as_json=options.as_json)
    except KithError as error:
        return _fail(error, options)
    except KeyboardInterrupt:
        return 130  # as a shell tells of SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at exit
        return 0
    except UnicodeEncodeError as error:
        return _fail(UsageError(f"{error.object!r} is not UTF-8", "see the locale of your terminal"), options)
    except Exception as error:  # noqa: BLE001 -- the command line's top: whatever is left is a bug, told in two lines
        first = str(error).strip().partition("\n")[0]  # a database's own errors go on with what was asked of it
        bug = Internal(
            f"{type(error).__name__}: {first}", "this is a bug in Kith; run it again with --debug and tell us"
        )
        bug.__cause__ = error
        return _fail(bug, options)
    return int(report.exit_code)


def _options(words: list[str]) -> tuple[Options, list[str]]:
    config, as_json, debug = None, False, False
    rest: list[str] = []
    queue = iter(words)
    for word in queue:
        if word == "--":
            return Options(config, as_json, debug), [*rest, word, *queue]
        if word == "--json":
            as_json = True
        elif word == "--debug":
            debug = True
        elif word == "--config":
            config = next(queue, None)
            if not config:
                raise UsageError("--config names no file", "write --config FILE")
        elif word.startswith("--config="):
            queue = itertools.chain(["--config", word.removeprefix("--config=")], queue)
        else:
            rest.append(word)
    return Options(config, as_json, debug), rest


def _command(place: str) -> Any:
    """The function behind a command, imported only now: `kith --help` needs none of them."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(f"kith.cli.{module}"), name)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json or report.text is None:
        print(json.dumps(report.data, ensure_ascii=False, indent=2))
    elif report.text:
        print(report.text.rstrip("\n"))
    sys.stdout.flush()


def _fail(error: KithError, options: Options) -> int:
    if options.debug:
        traceback.print_exception(error)
    print(f"error: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"hint: {error.hint}", file=sys.stderr)
    return error.exit_code
