"""Let containers reach services that listen on loopback or on a Unix socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

Target = tuple[str, int] | Path


@contextmanager
def forward(*, address: str, port: int, to: Target) -> Iterator[int]:
    """Forward TCP connections on a bridge's address; yields the port (a free one for 0)."""
    loop = asyncio.new_event_loop()
    connections = set[asyncio.Task[None]]()  # the loop itself forgets tasks that only wait

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = loop.create_task(_pipe(reader, writer, to))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = loop.run_until_complete(asyncio.start_server(serve, address, port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: Target) -> None:
    with closing(writer), suppress(OSError, asyncio.CancelledError):
        if isinstance(to, Path):
            there_reader, there_writer = await asyncio.open_unix_connection(to)
        else:
            there_reader, there_writer = await asyncio.open_connection(*to)
        with closing(there_writer):
            await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(65536):
        writer.write(block)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()  # the other direction may still have something to say
