"""What can be said of a folder before it is opened: whether there is anything new, and where it begins."""

from dataclasses import dataclass

from kith.domain.folders import Folder
from kith.domain.scan_plan import Kind, Plan, plan
from kith.mail.source import FolderState
from kith.store import folders
from kith.store.tables import FolderRow


@dataclass(frozen=True, slots=True)
class Prospect:
    """A folder in one pass, before the visit. full: the owner wants all to be read again.

    row is what is known of it, None where it was never read; told what the server said of it just now, None where
    it was not asked or did not say.
    """

    folder: Folder
    row: FolderRow | None
    told: FolderState | None
    full: bool

    def decide(self, state: FolderState) -> Plan:
        """What is to be done where this is its state."""
        row = self.row
        decided = plan(folders.cursor(row), state.uidvalidity, state.uidnext)
        if decided.kind is Kind.REPAIR and row and row.uidnext and (state.uidnext or 0) >= row.uidnext:
            decided = Plan(Kind.CONTINUE, row.last_uid + 1)  # too low, as ever on this server; it did not fall
        return Plan(Kind.CONTINUE) if self.full and decided.kind in (Kind.NOTHING, Kind.CONTINUE) else decided

    @property
    def is_due(self) -> bool:
        """Whether it is to be opened even if nobody was added: something is new, or was out of order."""
        is_still = self.told and self.decide(self.told).kind is Kind.NOTHING
        return not (is_still and self.row and _is_quiet(self.row))

    @property
    def first(self) -> int:
        """From which UID on it will be read, as far as one can say.

        0 where what was read before is read again, or reading broke off: which message does that is found only with
        nothing else under way.
        """
        if self.row is None:
            return 1
        decided = self.decide(self.told) if self.told else None
        is_on = not self.full and (decided is None or decided.first > 1)
        return self.row.last_uid + 1 if is_on and is_smooth(self.row) else 0


def is_smooth(row: FolderRow) -> bool:
    """Whether reading a folder never broke off in the middle, or has gone well since."""
    return not (row.breaks or row.snag_upto)


def _is_quiet(row: FolderRow) -> bool:
    """Nothing was out of order at the visit before."""
    return not row.changes and not row.set_aside and not row.breaks
