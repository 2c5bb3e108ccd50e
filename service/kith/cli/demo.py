"""`kith demo`: the whole loop on an invented mailbox."""

import argparse
from pathlib import Path

from kith.cli.main import Options
from kith.cli.report import Report
from kith.demo import show, story


def demo(arguments: argparse.Namespace, options: Options) -> Report:
    """Plays the demo, which prints as it goes, or gives its facts as JSON."""
    tell = show.Silent() if options.as_json else show.OnPaper()
    return Report(story.perform(Path(arguments.out) if arguments.out else None, tell))
