"""Sending a message to an address that somebody typed in, without letting them reach into our own network.

Decides which addresses may be called and how long and how much we listen. Every address that the host's name
stands for must be one of the public internet; the connection then goes to exactly the address that was looked at,
so that a name that changes its mind in between gains nothing. No redirect is followed. The address of a webhook
is a secret: it is in no error and no log.
"""

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

#: Seconds for connecting and for each answer, and for all of it together.
PATIENCE, ALL_TOGETHER = 5.0, 15.0
#: Bytes of an answer that are looked at.
_ENOUGH = 4096

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: IPv6 networks whose addresses hold an IPv4 address that could be a private one (RFC 6052, RFC 8215, RFC 3056).
_TRANSLATED = tuple(ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


class NotTaken(Exception):
    """A message did not get through; the words are for the person. `for_good`: trying again would not help."""

    def __init__(self, sentence: str, *, for_good: bool = False) -> None:
        super().__init__(sentence)
        self.for_good = for_good


def flaw(url: str) -> str:
    """Return what is wrong with an address by its form, in a sentence, or "". No look-up is made."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not an address."
    if any(not 33 <= ord(character) <= 126 for character in url):
        return "An address has no spaces and no letters beyond ASCII."
    if parts.scheme != "https" or not parts.hostname:
        return "The address must begin with https://."
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "The address must not hold a user name or a password."
    if port not in {None, 443} and not _is_ours(parts):
        return "The address must not name a port."
    if parts.fragment:
        return "The address must not hold a #."
    return ""


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public internet, and of one machine there."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def post(url: str, payload: Mapping[str, Any]) -> None:
    """Send a JSON message and see that it was taken.

    Takes at most ALL_TOGETHER seconds, the look-up of the name aside. Raises NotTaken.
    """
    if flaw(url):
        raise NotTaken("the address of the chat is not one that may be used.", for_good=True)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    addresses = _resolved(host, port)
    if not _is_ours(parts) and not all(is_public(address) for address in addresses):
        raise NotTaken("the chat server has an address inside a private network.", for_good=True)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = json.dumps(payload).encode()
    headers = {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "newsroom"}
    connection = HTTPSConnection(
        str(addresses[0]), port, timeout=PATIENCE, server_hostname=host, assert_hostname=host, ssl_context=_trust()
    )
    late = threading.Timer(ALL_TOGETHER, _hang_up, [connection])  # a server that drips bytes is cut off as well
    late.daemon = True
    late.start()
    try:
        connection.request("POST", path, body=body, headers=headers, preload_content=False)
        response = connection.getresponse()
        status = response.status
        response.read(_ENOUGH)
    except (HTTPError, HTTPException, CertificateError, OSError):
        raise NotTaken("the chat server cannot be reached.") from None  # the error may hold the address
    finally:
        late.cancel()
        connection.close()
    if 200 <= status < 300:
        return
    if status in {408, 425, 429} or status >= 500:
        raise NotTaken(f"the chat server answered with the code {status}.")
    raise NotTaken(f"the chat server refused the message with the code {status}.", for_good=True)


def _is_ours(parts: SplitResult) -> bool:
    """Tell whether an installation named this host as a chat server inside its own network."""
    return (parts.hostname or "") in settings.CHAT_PRIVATE_HOSTS


def _resolved(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotTaken("the chat server’s name is not known.") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise NotTaken("the chat server’s name is not known.")
    return addresses


def _trust() -> ssl.SSLContext:
    """Return the system's own list of certificate authorities. A test puts another in its place."""
    return ssl.create_default_context()


def _hang_up(connection: HTTPSConnection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is over already
