"""`kith demo`: the whole loop on an invented mailbox."""

import argparse
from pathlib import Path

from kith.cli.main import Options
from kith.cli.report import Report
from kith.demo import story


def demo(arguments: argparse.Namespace, options: Options) -> Report:
    """Runs the demo, which prints as it goes."""
    code = story.run(Path(arguments.out) if arguments.out else None, as_json=options.as_json)
    return Report(None, "", code)
