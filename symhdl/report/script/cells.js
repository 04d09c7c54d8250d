// What cells compute: of integers, bit for bit what the hardware computes, and of ranges of integers, which hold
// whatever the cell is for operands out of theirs.

const truth = (value) => (value ? 1n : 0n);
const hull = (...values) => [
  values.reduce((a, b) => (b < a ? b : a)),
  values.reduce((a, b) => (b > a ? b : a)),
];
const ends = (compute) => ([a0, a1], [b0, b1]) =>
  hull(compute(a0, b0), compute(a0, b1), compute(a1, b0), compute(a1, b1));
const scaled = ([low, high], weight) =>
  weight < 0n ? [weight * high, weight * low] : [weight * low, weight * high];
const times = ends((a, b) => a * b);
const plus = ([a0, a1], [b0, b1]) => [a0 + b0, a1 + b1];
const each = (compute) => (...ranges) => [
  compute(...ranges.map(([low]) => low)),
  compute(...ranges.map(([, high]) => high)),
];
const decided = (always, never) => (a, b) => [truth(always(a, b)), truth(!never(a, b))];

function tabled(contents) {
  return ([low, high]) => {
    let [least, most] = [contents[Number(low)], contents[Number(low)]];
    for (let place = Number(low) + 1; place <= Number(high); place += 1) {
      const entry = contents[place];
      least = entry < least ? entry : least;
      most = entry > most ? entry : most;
    }
    return [least, most];
  };
}

function cut(cell) {
  return ([low, high]) => {
    const [first, last] = [low >> cell.shift, high >> cell.shift];
    const size = BigInt(cell.count);
    return first >> size === last >> size
      ? [BigInt.asUintN(cell.count, first), BigInt.asUintN(cell.count, last)]
      : [0n, (1n << size) - 1n];
  };
}

// For every kind of cell: what makes its function of integers, and its function of ranges.
const WAYS = {
  ADD: [() => (a, b) => a + b, () => plus],
  SUBTRACT: [() => (a, b) => a - b, () => (a, [b0, b1]) => plus(a, [-b1, -b0])],
  NEGATE: [() => (a) => -a, () => ([low, high]) => [-high, -low]],
  SUM: [
    (cell) => (...operands) =>
      operands.reduce((total, a, place) => total + cell.weights[place] * a, cell.value),
    (cell) => (...ranges) =>
      ranges.reduce(
        (total, range, place) => plus(total, scaled(range, cell.weights[place])),
        [cell.value, cell.value],
      ),
  ],
  MULTIPLY: [() => (a, b) => a * b, () => times],
  SQUARE: [
    () => (a) => a * a,
    () => (range) => {
      const [low, high] = hull(range[0] ** 2n, range[1] ** 2n);
      return [range[0] < 0n && range[1] > 0n ? 0n : low, high];
    },
  ],
  ROW: [
    (cell) => (digit, a) => {
      const weight = cell.weights[Number(digit)];
      return weight * a - truth(weight < 0n);
    },
    (cell) => ([low, high], range) =>
      hull(
        ...cell.weights.slice(Number(low), Number(high) + 1).flatMap((weight) => {
          const less = truth(weight < 0n);
          return scaled(range, weight).map((end) => end - less);
        }),
      ),
  ],
  TWO_ROWS: [
    (cell) => (a, b, c, d) => cell.weights[0] * a * b + cell.weights[1] * c * d + cell.value,
    (cell) => (a, b, c, d) =>
      plus(
        plus(scaled(times(a, b), cell.weights[0]), scaled(times(c, d), cell.weights[1])),
        [cell.value, cell.value],
      ),
  ],
  SHIFT_LEFT: [
    (cell) => (a) => a << cell.shift,
    (cell) => each((a) => a << cell.shift),
  ],
  SHIFT_RIGHT: [
    (cell) => (a) => a >> cell.shift,
    (cell) => each((a) => a >> cell.shift),
  ],
  BITS: [(cell) => (a) => BigInt.asUintN(cell.count, a >> cell.shift), cut],
  JOIN: [
    (cell) => (a, b) => (a << cell.shift) + b,
    (cell) => each((a, b) => (a << cell.shift) + b),
  ],
  TABLE: [(cell) => (a) => cell.contents[Number(a)], (cell) => tabled(cell.contents)],
  LESS: [
    () => (a, b) => truth(a < b),
    () => decided(([, a1], [b0]) => a1 < b0, ([a0], [, b1]) => a0 >= b1),
  ],
  LESS_EQUAL: [
    () => (a, b) => truth(a <= b),
    () => decided(([, a1], [b0]) => a1 <= b0, ([a0], [, b1]) => a0 > b1),
  ],
  EQUAL: [
    () => (a, b) => truth(a === b),
    () =>
      decided(
        ([a0, a1], [b0, b1]) => a0 === a1 && b0 === b1 && a0 === b0,
        ([a0, a1], [b0, b1]) => a1 < b0 || b1 < a0,
      ),
  ],
  NOT: [() => (a) => 1n - a, () => ([low, high]) => [1n - high, 1n - low]],
  AND: [() => (a, b) => a & b, () => each((a, b) => a & b)],
  OR: [() => (a, b) => a | b, () => each((a, b) => a | b)],
  SELECT: [
    () => (a, b, c) => (a === 1n ? b : c),
    () => ([low, high], b, c) => (low === 1n ? b : high === 0n ? c : hull(...b, ...c)),
  ],
  REGISTER: [() => (a) => a, () => (range) => range],
};

// The cells of a design, ready to compute.
function cellsOf(lines) {
  const big = (list) => (list || []).map(BigInt);
  return lines.map(([kind, operands, low, high, value, shift, count, weights, contents]) => {
    const cell = {
      operands: operands || [],
      range: [BigInt(low || 0), BigInt(high || 0)],
      value: BigInt(value || 0),
      shift: BigInt(shift || 0),
      count: count || 0,
      weights: big(weights),
      contents: big(contents),
    };
    const [compute, over] = kind in WAYS ? WAYS[kind].map((make) => make(cell)) : [null, null];
    return { ...cell, compute, over };
  });
}

// The integers of all cells, for one integer at each input port.
function execute(design, inputs) {
  const values = new Array(design.cells.length);
  design.inputs.forEach((port, place) => {
    values[port.cell] = inputs[place];
  });
  design.cells.forEach(({ compute, operands, value }, index) => {
    if (values[index] !== undefined) {
      return;
    }
    if (!compute) {
      values[index] = value;
    } else if (operands.length === 1) {
      values[index] = compute(values[operands[0]]);
    } else if (operands.length === 2) {
      values[index] = compute(values[operands[0]], values[operands[1]]);
    } else {
      values[index] = compute(...operands.map((operand) => values[operand]));
    }
  });
  return values;
}

// Between which integers every cell stays, for inputs within these ranges and within those that are proved.
function bounds(design, inputs) {
  const found = new Array(design.cells.length);
  design.inputs.forEach((port, place) => {
    found[port.cell] = inputs[place];
  });
  design.cells.forEach(({ over, operands, range, value }, index) => {
    if (found[index] !== undefined) {
      return;
    }
    const [low, high] = over ? over(...operands.map((operand) => found[operand])) : [value, value];
    found[index] = [low < range[0] ? range[0] : low, high > range[1] ? range[1] : high];
  });
  return found;
}
