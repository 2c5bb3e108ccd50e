"""A slow link on this machine: a proxy that adds a round trip's time and caps what comes down.

python link.py LISTEN_PORT TARGET_PORT ROUND_TRIP_MS MBIT
"""

import asyncio
import socket
import sys
from asyncio import Queue, StreamReader, StreamWriter
from contextlib import suppress

_PIECE = 1 << 14
_QUEUED = 64  # pieces under way: what the pipe itself holds, a megabyte


class Link:
    """One listening port and the server behind it. delay is one way, in seconds; rate in bytes a second."""

    def __init__(self, target: int, delay: float, rate: float) -> None:
        self._target, self._delay, self._rate = target, delay, rate

    async def serve(self, port: int) -> None:
        """Listens until the process ends."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: StreamReader, writer: StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", self._target)
        for end in (writer, away):
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(self._carry(reader, away, 0), self._carry(there, writer, self._rate))

    async def _carry(self, source: StreamReader, sink: StreamWriter, rate: float) -> None:
        queue: Queue[tuple[float, bytes]] = Queue(_QUEUED)
        delivery = asyncio.create_task(self._deliver(queue, sink, rate))
        clock = asyncio.get_running_loop().time
        with suppress(ConnectionError):
            while piece := await source.read(_PIECE):
                await queue.put((clock() + self._delay, piece))
        await queue.put((clock(), b""))
        await delivery

    async def _deliver(self, queue: Queue[tuple[float, bytes]], sink: StreamWriter, rate: float) -> None:
        """Hands on each piece when it has travelled, and not before those in front of it have gone through."""
        clock = asyncio.get_running_loop().time
        free = 0.0
        with suppress(ConnectionError):
            while True:
                due, piece = await queue.get()
                if not piece:
                    break
                free = max(due, free) + (len(piece) / rate if rate else 0)
                await asyncio.sleep(max(0.0, free - clock()))
                sink.write(piece)
                await sink.drain()
        sink.close()


if __name__ == "__main__":
    listen, target, round_trip, mbit = map(float, sys.argv[1:])
    asyncio.run(Link(int(target), round_trip / 2000, mbit * 1_000_000 / 8).serve(int(listen)))
