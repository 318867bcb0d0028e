#!/usr/bin/python3
"""Connects who connects to a listening socket, inherited as standard input, with an address this process can reach.

A socket stays in the network namespace it was made in: so a page inside a laboratory can be looked at from outside.
"""
import asyncio
import socket
import sys

BLOCK = 65536


async def pour(reader, writer):
    try:
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def main(address, port):
    async def connect(reader, writer):
        try:
            there, away = await asyncio.open_connection(address, int(port))
        except OSError:
            writer.close()
            return
        await asyncio.gather(pour(reader, away), pour(there, writer))
        for end in (writer, away):
            end.close()

    async with await asyncio.start_server(connect, sock=socket.socket(fileno=sys.stdin.fileno())) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
