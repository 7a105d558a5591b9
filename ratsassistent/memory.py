"""What was read of the archives and put together, kept in memory for as long as nothing in them changes.

What enters: an opened Workspace, what names a value, how it is made. What leaves: the value, made or remembered.
What it does not know: what the values are; they must depend on nothing but the archives and their name, and nobody may change them.

Only a workspace that stays open (`pool`) remembers anything. Before each use both archives are asked whether anything was
written, by whichever process; if so, all is forgotten: what was deleted, hidden or corrected is never shown again from here.
A worker that writes, or twenty people who search, change something every second: it must not take long to make a value anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from ratsassistent.archive.store import Store
from ratsassistent.archive.watching import Watch
from ratsassistent.workspace import Workspace

T = TypeVar("T")
MOST = 8_000_000  # of weight: letters of the papers in the values, of which each takes some bytes
SMALL = 20_000  # the least that a value counts


@dataclass
class _Value:
    made: Any
    weight: int


@dataclass
class Memory:
    """The values of one opened workspace; may be asked by several threads."""

    watches: tuple[Watch, ...]
    most: int = MOST
    _state: tuple[int, ...] = ()
    _values: OrderedDict[Hashable, _Value] = field(default_factory=OrderedDict)
    _making: dict[Hashable, Lock] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def state(self) -> tuple[int, ...]:
        """Another one than before, if anything was written meanwhile; then nothing from before is kept.

        :raises StorageError: an archive cannot be read.
        """
        now = tuple(watch.version() for watch in self.watches)
        with self._lock:
            if now != self._state:
                self._values.clear()
                self._state = now
        return now

    def get(self, name: Hashable, make: Callable[[], T], weigh: Callable[[T], int]) -> T:
        """The value of this name; made once where several want it at the same moment."""
        with self._lock:
            making = self._making.setdefault(name, Lock())
        with making:
            try:
                state = self.state()  # before it is made: what is written meanwhile makes it old at once
                with self._lock:
                    if (known := self._values.get(name)) is not None:
                        self._values.move_to_end(name)
                        return cast(T, known.made)
                made = make()
                weight = max(weigh(made), SMALL)
                with self._lock:
                    if state == self._state and weight <= self.most:
                        self._values[name] = _Value(made, weight)
                        while sum(value.weight for value in self._values.values()) > self.most:
                            self._values.popitem(last=False)
                return made
            finally:
                with self._lock:
                    self._making.pop(name, None)

    def forget(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()

    def close(self) -> None:
        """Keep nothing, and ask the archives no more."""
        self.forget()
        for watch in self.watches:
            watch.close()


_memories: WeakKeyDictionary[Store, tuple[Store, Memory]] = WeakKeyDictionary()  # by the public store, with the other


@contextmanager
def of(ws: Workspace) -> Iterator[Memory]:
    """Let a workspace remember, until the end of the block. :raises StorageError: an archive cannot be read."""
    watches: list[Watch] = []
    try:
        for store in ws.stores:
            watches.append(Watch(store))
        memory = Memory(tuple(watches))
        _memories[ws.public] = ws.nonpublic, memory
        yield memory
    finally:
        _memories.pop(ws.public, None)
        for watch in watches:
            watch.close()


def remembered(ws: Workspace, name: Hashable, make: Callable[[], T], weigh: Callable[[T], int] = lambda _: SMALL) -> T:
    """What `make` gives, or gave since anything was last written.

    :param weigh: about how many letters of papers are in it.
    """
    nonpublic, memory = _memories.get(ws.public, (None, None))
    if memory is None or nonpublic is not ws.nonpublic:  # a part of a workspace sees less than the whole
        return make()
    return memory.get(name, make, weigh)
