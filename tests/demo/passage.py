"""A way to the demo server for a client whose hosts are fixed: a proxy, and a certificate made for the occasion."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Join = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Passage:
    """What the client is told."""

    proxy: str
    """http://127.0.0.1:PORT, for HTTPS_PROXY. It takes CONNECT and nothing else."""
    authority: Path
    """The only certificate to trust, PEM."""


@asynccontextmanager
async def passage(base: str, hosts: frozenset[str], folder: Path) -> AsyncIterator[Passage]:
    """Every CONNECT ends at a TLS server for `hosts`, which hands the plain bytes on to the server at `base`.

    The Host header stays as the client sent it, so the server answers with the real hosts' addresses. The private key
    lies in `folder`.
    """
    authority = _certificate(hosts, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, folder / "key.pem")
    joins = _Joins()
    tls = await asyncio.start_server(joins.towards(int(base.rpartition(":")[2])), "127.0.0.1", 0, ssl=context)
    inner = joins.towards(tls.sockets[0].getsockname()[1])

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        host = head.split()[1].rpartition(b":")[0].decode()
        if not head.startswith(b"CONNECT ") or host not in hosts:
            writer.write(b"HTTP/1.1 502 Unknown host\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await inner(reader, writer)

    proxy = await asyncio.start_server(connect, "127.0.0.1", 0)
    async with tls, proxy:
        yield Passage(f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}", authority)
        joins.close()


class _Joins:
    """Connections, each joined to one of another server."""

    def __init__(self) -> None:
        self._writers: set[asyncio.StreamWriter] = set()

    def towards(self, port: int) -> Join:
        """Joins a connection to a new one to a port of this machine, until either end closes."""

        async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
            both = {writer, far_writer}
            self._writers |= both
            try:
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            finally:
                self._writers -= both

        return join

    def close(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end, and close. An end that comes as an error is an end too."""
    try:
        while data := await reader.read(1 << 18):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def _certificate(hosts: frozenset[str], folder: Path) -> Path:
    """One certificate that names all hosts and vouches for itself; its key goes beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odtui demo drive, one test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in sorted(hosts)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    certificate = folder / "authority.pem"
    certificate.write_bytes(made.public_bytes(pem))
    return certificate
