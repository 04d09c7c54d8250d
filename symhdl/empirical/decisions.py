"""Which rows several outputs decide rightly together, and entries of their tables that suit each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symhdl.empirical.decided_entries import Rivals, decided
from symhdl.empirical.greatest import Groups, by_code
from symhdl.empirical.networks import Codes, Network
from symhdl.empirical.samples import Floats

Keys = NDArray[np.int32]
"""Of an output or a group the code at each row, then a number so that the first of equals is the greatest, then the
class."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Rows with their classes and weights, at which the outputs of groups decide."""

    groups: Groups
    classes: Codes
    weights: Floats

    @property
    def _bits(self) -> int:
        """Those of the number of a group, or of a class."""
        return max(1, (sum(map(len, self.groups)) - 1).bit_length())

    @property
    def _last(self) -> int:
        return (1 << self._bits) - 1

    def keys(self, number: int, made: Sequence[Codes]) -> Keys:
        """The keys of a group, whose network has made these codes."""
        group = by_code(self.groups[number])
        classes = group[0] if len(made) == 1 else np.array(group)[made[1]]
        keys = (made[0] << self._bits) | (self._last - number)
        found: Keys = ((keys << self._bits) | classes).astype(np.int32)
        return found

    def score(self, keys: Keys | Sequence[Keys]) -> float:
        """The weight of the rows that the greatest key decides rightly."""
        right = (np.maximum.reduce(keys, axis=0) & self._last) == self.classes
        return float((self.weights * right).sum())

    def decided(
        self, number: int, network: Network, inputs: Mapping[str, Codes], keys: Sequence[Keys]
    ) -> tuple[Network, Keys]:
        """The network of a group with entries that make more rows right beside the other keys, and its own keys."""
        found, made = decided(
            network, inputs, self._rivals(number, keys), by_code(self.groups[number])
        )
        return found, self.keys(number, made)

    def _rivals(self, number: int, keys: Sequence[Keys]) -> Rivals:
        others = [each for place, each in enumerate(keys) if place != number]
        greatest = np.maximum.reduce([np.full_like(keys[0], -1), *others])
        least = ((greatest >> self._bits) - (self._last - number) >> self._bits) + 1
        is_right = (greatest & self._last) == self.classes
        otherwise = np.where(is_right, self.weights, 0.0)
        return Rivals(least.astype(np.int64), self.classes, self.weights, otherwise)

    def settled(
        self, networks: Sequence[Network], inputs: Mapping[str, Codes], turns: int
    ) -> list[Network]:
        """The networks of all groups with entries that suit each other, after so many turns over them."""
        found = list(networks)
        keys = [
            self.keys(number, tuple(network.codes(inputs).T))
            for number, network in enumerate(networks)
        ]
        for number in turns * tuple(range(len(found))):
            found[number], keys[number] = self.decided(number, found[number], inputs, keys)
        return found
