"""How addends of one sum are joined, two at a time, and what the adders take: rows in chains, low bits beside them.

An addend is a number from a bit of the sum on, its place. A row, which is such a number where a bit is 1, needs no
logic of its own: the chain that adds it chooses (`CellKind.TWO_ROWS`). The plan of a tree is made of ranges alone;
cells are made of it in `symhdl.arithmetic.addends`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from symhdl.numeric.fixed import width_of_range


class Leaf(NamedTuple):
    """An addend: any number of a range, from the bit `place` of the sum on; it is subtracted if `negative`.

    `depth` is about how many adders lie before it, `group` says what it is a part of. One that `takes_carry` has room
    for a 1 at its place.
    """

    minimum: int
    maximum: int
    place: int
    depth: int = 0
    negative: bool = False
    is_row: bool = False
    group: int = 0
    takes_carry: bool = False


class Joint(NamedTuple):
    """Two addends that become one, by their numbers: leaves come first, then joints in their order.

    The first `passing` bits of the lower one are those of the sum. With `carry` there is 1 more at the place behind
    them.
    """

    lower: int
    upper: int
    passing: int
    carry: bool = False


class Tree(NamedTuple):
    """The joints of all addends, and what they take: bits of adders and of chains, and adders one after the other.

    `carried` are the leaves that take a 1 at their place.
    """

    joints: tuple[Joint, ...]
    adder_bits: int = 0
    chain_bits: int = 0
    depth: int = 0
    carried: tuple[int, ...] = ()

    @property
    def bits(self) -> int:
        """Those of adders and chains together."""
        return self.adder_bits + self.chain_bits


MOST_PARTNERS = 4
"""The addends, those first that end lowest, to which a constant is added for a trial."""

Whole = Callable[[int], int]
"""The bits of a chain in whole primitives."""
Order = Callable[[Leaf], tuple[int, ...]]
"""Which addends of a level are joined: neighbours in this order."""


def by_place(leaf: Leaf) -> tuple[int, ...]:
    """From the lowest place on."""
    return leaf.place, leaf.group


def by_group(leaf: Leaf) -> tuple[int, ...]:
    """What belongs together first."""
    return leaf.group, leaf.place


def best_tree(leaves: Sequence[Leaf], whole: Whole) -> Tree:
    """The smaller of the trees that are as shallow as can be."""
    trees = [tree_of(leaves, whole, by_place)]
    if any(leaf.group != leaves[0].group for leaf in leaves):
        trees.append(tree_of(leaves, whole, by_group))
    return min(trees, key=lambda tree: (tree.bits, tree.depth))


def with_constant(leaves: Sequence[Leaf], tree: Tree, value: int, whole: Whole) -> Tree | None:
    """The tree with a positive constant as ones at places of it; None where these do not make the constant.

    A chain of a product with two bits has room for a 1 where it begins, and so has each sum, for a bit more if it is
    no chain.
    """
    rooms = _rooms(leaves, tree, whole)
    free = [room for room in rooms if not room.bits]
    chosen = _filled(free, value) or _filled(rooms, value)
    if chosen is None:
        return None
    joints = list(tree.joints)
    for number in (room.number for room in chosen):
        if number >= len(leaves):
            place = number - len(leaves)
            joints[place] = joints[place]._replace(carry=True)
    return tree._replace(
        joints=tuple(joints),
        adder_bits=tree.adder_bits + sum(room.bits for room in chosen),
        carried=tuple(sorted(room.number for room in chosen if room.number < len(leaves))),
    )


def with_term(leaves: Sequence[Leaf], whole: Whole) -> Tree:
    """The best tree that adds the last leaf, a constant, to one of the others before that is added.

    So the adder of the constant ends where that leaf ends.
    """
    last = len(leaves) - 1
    numbers = (number for number in range(last) if not leaves[number].is_row)
    partners = sorted(numbers, key=lambda number: _end(leaves[number]))
    trees = [
        tree_of(leaves, whole, order, first=(number, last))
        for number in partners[:MOST_PARTNERS]
        for order in (by_place, by_group)
    ]
    return min([*trees, best_tree(leaves, whole)], key=lambda tree: (tree.depth, tree.bits))


def _end(leaf: Leaf) -> int:
    """The bit of the sum behind the last one of an addend."""
    return leaf.place + width_of_range(leaf.minimum, leaf.maximum)[1]


class _Room(NamedTuple):
    """Where a 1 may come in: how many bits it takes, from which place on, and the leaf's or joint's number."""

    bits: int
    place: int
    number: int


def _filled(rooms: Sequence[_Room], value: int) -> list[_Room] | None:
    """Rooms whose places make the value, the uppermost first; None where they do not."""
    chosen: list[_Room] = []
    for room in sorted(rooms, key=lambda room: (-room.place, room.bits)):
        if 1 << room.place <= value:
            value -= 1 << room.place
            chosen.append(room)
    return None if value else chosen


def _rooms(leaves: Sequence[Leaf], tree: Tree, whole: Whole) -> list[_Room]:
    """Wherever a 1 may come in."""
    parts = list(leaves)
    rooms = [_Room(0, leaf.place, n) for n, leaf in enumerate(leaves) if leaf.takes_carry]
    for joint in tree.joints:
        lower, upper = parts[joint.lower], parts[joint.upper]
        total, bits = joined(lower, upper, joint, 0)
        if not lower.negative and not upper.negative:
            in_chain = lower.is_row or upper.is_row
            more = 0 if in_chain else whole(bits + 1) - whole(bits)
            rooms.append(_Room(more, lower.place + joint.passing, len(parts)))
        parts.append(total)
    return rooms


def tree_of(
    leaves: Sequence[Leaf], whole: Whole, order: Order, first: tuple[int, ...] = ()
) -> Tree:
    """The tree that joins neighbours in an order, level by level, which makes it as shallow as can be.

    Two leaves that are to be the `first` are joined before.
    """
    parts, joints = list(leaves), []
    adder_bits = chain_bits = 0
    numbers = [number for number in range(len(parts)) if number not in first]
    if first:
        joint = joint_of(parts, *first)
        lower, upper = parts[joint.lower], parts[joint.upper]
        total, bits = joined(lower, upper, joint, max(lower.depth, upper.depth) + 1)
        adder_bits += whole(bits)
        numbers.append(len(parts))
        joints.append(joint)
        parts.append(total)
    waiting = sorted(numbers, key=lambda number: -parts[number].depth)
    level: list[int] = []
    depth = parts[waiting[-1]].depth
    while waiting or len(level) > 1:
        while waiting and parts[waiting[-1]].depth <= depth:
            level.append(waiting.pop())
        level = _in_order([(number, parts[number]) for number in level], order)
        odd = len(level) % 2
        pairs = zip(level[0::2], level[1::2], strict=False)
        level = level[len(level) - odd :]
        for joint in [joint_of(parts, *pair) for pair in pairs]:
            lower, upper = parts[joint.lower], parts[joint.upper]
            total, bits = joined(lower, upper, joint, depth + 1)
            in_chain = lower.is_row or upper.is_row
            chain_bits += whole(bits) * in_chain
            adder_bits += whole(bits) * (not in_chain)
            level.append(len(parts))
            joints.append(joint)
            parts.append(total)
        depth += 1
    top = parts[level[0]]
    if top.negative:  # its sign is changed
        adder_bits += whole(width_of_range(-top.maximum, -top.minimum)[1])
    return Tree(tuple(joints), adder_bits, chain_bits, top.depth + top.negative)


def _in_order(level: Sequence[tuple[int, Leaf]], order: Order) -> list[int]:
    """The addends of a level, rows that can share a chain first."""
    some_rows = sum(leaf.is_row for _, leaf in level) > 1
    return [
        number
        for number, _ in sorted(
            level, key=lambda each: (some_rows and not each[1].is_row, order(each[1]))
        )
    ]


def joint_of(parts: Sequence[Leaf], a: int, b: int) -> Joint:
    """How two addends are joined: low bits pass unless they are of a row, or subtracted from what lies above."""
    lower, upper = (a, b) if parts[a].place <= parts[b].place else (b, a)
    first, second = parts[lower], parts[upper]
    passes = not first.is_row and not (first.negative and not second.negative)
    return Joint(lower, upper, (second.place - first.place) * passes)


def joined(lower: Leaf, upper: Leaf, joint: Joint, depth: int) -> tuple[Leaf, int]:
    """The sum of two addends, and of how many bits the adder is."""
    low, high = (_scaled(leaf, 0) for leaf in (lower, upper))
    distance = upper.place - lower.place
    if joint.passing:
        low = lower.minimum >> distance, lower.maximum >> distance
    elif distance:
        high = upper.minimum << distance, upper.maximum << distance
    if lower.negative == upper.negative:
        total = low[0] + high[0], low[1] + high[1]
    else:
        plus, minus = (high, low) if lower.negative else (low, high)
        total = plus[0] - minus[1], plus[1] - minus[0]
    total = total[0] + joint.carry, total[1] + joint.carry
    passed = (1 << joint.passing) - 1
    both = Leaf(
        total[0] << joint.passing, (total[1] << joint.passing) + passed, lower.place, depth,
        lower.negative and upper.negative, group=lower.group,
    )  # fmt: skip
    return both, width_of_range(*total)[1]


def _scaled(leaf: Leaf, shift: int) -> tuple[int, int]:
    """The range of an addend; a row may be 0."""
    low, high = leaf.minimum << shift, leaf.maximum << shift
    return (min(0, low), max(0, high)) if leaf.is_row else (low, high)
