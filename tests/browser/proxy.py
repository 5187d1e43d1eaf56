"""A reverse proxy in a few lines, as a school may have one: below a prefix, which it takes away before it passes on.

One request a connection; what comes after the head, also a websocket's frames, is passed on as it is.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def proxy(prefix: str, port: int) -> Iterator[int]:
    """The port of a proxy for the server at `port`, until the end of the `with`. Any other path is answered with 404."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, prefix, port), daemon=True).start()
        yield int(listening.getsockname()[1])


def _accept(listening: socket.socket, prefix: str, port: int) -> None:
    while True:
        try:
            visitor, _ = listening.accept()
        except OSError:
            return  # the `with` has ended
        threading.Thread(target=_serve, args=(visitor, prefix, port), daemon=True).start()


def _serve(visitor: socket.socket, prefix: str, port: int) -> None:
    head = _head(visitor)
    line = re.match(rb"(\w+) " + re.escape(prefix.encode()) + rb"(/\S*|) HTTP/1.1\r\n", head)
    if line is None:
        visitor.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        visitor.close()
        return
    passed = line[1] + b" " + (line[2] or b"/") + b" HTTP/1.1\r\n" + head[line.end() :]
    if b"upgrade: websocket" not in head.lower():
        passed = re.sub(rb"(?im)^connection:.*\r\n", b"", passed).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
    with suppress(OSError), visitor, socket.create_connection(("127.0.0.1", port)) as server:  # an end of either is the end
        server.sendall(passed)
        back = threading.Thread(target=_pass_on, args=(server, visitor), daemon=True)
        back.start()
        _pass_on(visitor, server)
        back.join()


def _head(visitor: socket.socket) -> bytes:
    """The head, and what of the body came with it."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = visitor.recv(65536)
        if not more:
            return read
        read += more
    return read


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while more := one.recv(65536):
            other.sendall(more)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of the two has gone; the other is closed by `_serve`
