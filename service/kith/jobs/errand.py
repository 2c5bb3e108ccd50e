"""One letter on its way to a mail server, on a thread of its own: a slow server holds up nothing else."""

import threading

from kith.domain.outbox import Outcome, Result
from kith.jobs.work import Send
from kith.store.tables import LetterRow


class Errand:
    """One try to send one letter. It touches nothing but the server; what comes of it is kept by who waits for it."""

    def __init__(self, send: Send, letter: LetterRow, sender: str) -> None:
        self.letter = letter
        self._send, self._sender = send, sender
        self._turn = threading.Lock()
        self._is_called_off = self._is_ending = False
        self._back = threading.Event()
        self._outcome = Outcome(Result.UNKNOWN)
        self._error: BaseException | None = None
        threading.Thread(target=self._go, daemon=True).start()  # a process that ends does not wait for it

    def _go(self) -> None:
        try:
            self._outcome = self._send(self.letter.raw, self._sender, self.letter.recipient, self._may_end)
        except BaseException as error:  # noqa: BLE001 -- it is raised where the outcome is asked for
            self._error = error
        finally:
            self._back.set()

    def _may_end(self) -> bool:
        with self._turn:
            self._is_ending = not self._is_called_off
            return self._is_ending

    def wait(self, seconds: float | None) -> bool:
        """Whether it is over, waiting for that at most so many seconds; None: however long it takes."""
        return self._back.wait(seconds)

    def outcome(self) -> Outcome:
        """How it ended. Raises what went wrong on the way."""
        if self._error:
            raise self._error
        return self._outcome

    def call_off(self) -> bool:
        """Gives it up. Whether in time: the server was not told that the letter is complete, and never will be."""
        with self._turn:
            self._is_called_off = True
            return not self._is_ending
