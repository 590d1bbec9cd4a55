"""Addresses to the hosts under which an outlet may be listed.

How far up a host's labels one may go is told by the public-suffix list (Mozilla, MPL-2.0): bbc.co.uk belongs to
somebody, co.uk and blogspot.com do not. The snapshot of the package publicsuffixlist is used; nothing is fetched.
"""

from __future__ import annotations

import contextlib
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

#: Parts of a path that may tell an outlet's desk: bbc.com/persian, dw.com/en.
_MOST_PARTS: Final = 2


@lru_cache(maxsize=65536)
def key(address: str) -> str:
    """A URL or host as it is listed: lower case, in ASCII (punycode), without scheme, user, port and www., with
    the first parts of its path.

    >>> key("https://me:pw@www.NewsGram.com:443/?id=1"), key("HTTP://bbc.com/Persian/"), key("пример.рф.")
    ('newsgram.com', 'bbc.com/persian', 'xn--e1afmkfd.xn--p1ai')
    """
    rest = address.strip().lower().split("://")[-1]
    rest = rest.split("?")[0].split("#")[0].replace("\\", "/")
    host, _, path = rest.partition("/")
    host = host.rpartition("@")[2].split(":")[0].rstrip(".")
    for stop in "。．｡":  # full stops that a browser reads as dots
        host = host.replace(stop, ".")
    if not host.isascii():
        with contextlib.suppress(UnicodeError):  # no name of a host: looked up as it stands
            host = host.encode("idna").decode("ascii")
    host = host.removeprefix("www.")
    parts = [p for p in path.split("/") if p][:_MOST_PARTS]
    return "/".join([host, *parts])


def above(address: str) -> list[str]:
    """The keys of an address and of all above it, whoever owns them.

    >>> above("http://news.bbc.co.uk/persian")[-3:]
    ['co.uk', 'uk/persian', 'uk']
    """
    host, *parts = key(address).split("/")
    labels = host.split(".")
    hosts = [".".join(labels[cut:]) for cut in range(len(labels))]
    return ["/".join([h, *parts[:count]]) for h in hosts for count in range(len(parts), -1, -1)]


@lru_cache(maxsize=65536)
def registrable(address: str) -> list[str]:
    """The keys under which an outlet of this address may be listed, the most specific first.

    The address with its path, then without it, then the domains above it, as far up as somebody owns them.

    >>> registrable("http://news.bbc.co.uk:80/persian")
    ['news.bbc.co.uk/persian', 'news.bbc.co.uk', 'bbc.co.uk/persian', 'bbc.co.uk']
    >>> registrable("tolo.blogspot.com"), registrable("10.0.0.1")
    (['tolo.blogspot.com'], ['10.0.0.1'])
    """
    host, *parts = key(address).split("/")
    labels = host.split(".")
    if not all(labels) or len(labels) < 2:
        return []
    hosts = [host]
    if not labels[-1].isdigit():
        owned = _suffixes().privatesuffix(host)
        if owned is not None:
            above = len(labels) - len(owned.split("."))
            hosts += [".".join(labels[cut:]) for cut in range(1, above + 1)]
    return ["/".join([h, *parts[:count]]) for h in hosts for count in range(len(parts), -1, -1)]


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
