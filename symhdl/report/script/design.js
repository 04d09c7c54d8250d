// The design of the page as it stands in it, the state that people set, and points of its inputs.

const MOST_SAMPLES = 1024;
const LEAST_SAMPLES = 48;
const MOST_CELLS_COMPUTED = 1 << 18; // for all samples together
const POINTS_TRIED = 4096; // of a box, until what is assumed holds at one

function designOf(document) {
  const bounded = (port) => ({ ...port, ends: [BigInt(port.minimum), BigInt(port.maximum)] });
  return {
    ...document,
    cells: cellsOf(document.cells),
    inputs: document.inputs.map(bounded),
    outputs: document.outputs.map(bounded),
    rows: document.rows.map((row) => row.map(BigInt)),
  };
}

// The inputs as reals, for the mathematics.
const realsOf = (design, integers) =>
  integers.map((integer, place) => double(integer, design.inputs[place].fraction));

// Whether all that is assumed holds.
function promised(design, integers) {
  if (!design.assumptions.outputs.length) {
    return true;
  }
  const values = evaluate(design.assumptions.nodes, realsOf(design, integers));
  return design.assumptions.outputs.every((node) => values[node] === 1);
}

// Points of a box, spread by an additive recurrence (Roberts 2018), where what is assumed holds.
function* spread(design, box, count) {
  const dimensions = box.length;
  let base = 2;
  for (let k = 0; k < 32; k += 1) {
    base = (1 + base) ** (1 / (dimensions + 1));
  }
  for (let k = 1; k <= count; k += 1) {
    const point = box.map(([low, high], place) => {
      const share = (0.5 + k * base ** -(place + 1)) % 1;
      return low + ((high - low + 1n) * BigInt(Math.floor(share * 2 ** 30)) >> 30n);
    });
    if (promised(design, point)) {
      yield point;
    }
  }
}

// A point of a box where what is assumed holds; null if none was found.
const pointOf = (design, box) => spread(design, box, POINTS_TRIED).next().value || null;

// The ranges of the inputs as they were declared.
const wholeBox = (design) => design.inputs.map((port) => [...port.ends]);

// Where the sliders start: somewhere inside, where what is assumed holds.
const startOf = (design) =>
  pointOf(design, wholeBox(design)) || design.inputs.map(({ ends: [low] }) => low);

// The points at which ranges and histograms are seen: rows of data that lie in the box, or points of it.
function* samplesOf(design, box) {
  if (design.rows.length) {
    const within = (row) => row.every((value, place) => box[place][0] <= value && value <= box[place][1]);
    yield* design.rows.filter(within);
    return;
  }
  const fitting = Math.floor(MOST_CELLS_COMPUTED / Math.max(1, design.cells.length));
  yield* spread(design, box, Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, fitting)));
}
