"use strict";
// Executes the design on the inputs that the sliders set, integer by integer, and links what belongs to one node.
{
  const design = JSON.parse(document.getElementById("design").textContent);
  const big = (list) => (list || []).map(BigInt);
  const truth = (value) => (value ? 1n : 0n);

  const WAYS = {
    ADD: () => (a, b) => a + b,
    SUBTRACT: () => (a, b) => a - b,
    NEGATE: () => (a) => -a,
    SUM: (cell) => (...operands) =>
      operands.reduce((total, a, place) => total + cell.weights[place] * a, cell.value),
    MULTIPLY: () => (a, b) => a * b,
    SQUARE: () => (a) => a * a,
    ROW: (cell) => (digit, a) => {
      const weight = cell.weights[Number(digit)];
      return weight * a - truth(weight < 0n);
    },
    TWO_ROWS: (cell) => (a, b, c, d) => cell.weights[0] * a * b + cell.weights[1] * c * d + cell.value,
    SHIFT_LEFT: (cell) => (a) => a << cell.shift,
    SHIFT_RIGHT: (cell) => (a) => a >> cell.shift,
    BITS: (cell) => (a) => BigInt.asUintN(cell.count, a >> cell.shift),
    JOIN: (cell) => (a, b) => (a << cell.shift) + b,
    TABLE: (cell) => (a) => cell.contents[Number(a)],
    LESS: () => (a, b) => truth(a < b),
    LESS_EQUAL: () => (a, b) => truth(a <= b),
    EQUAL: () => (a, b) => truth(a === b),
    NOT: () => (a) => 1n - a,
    AND: () => (a, b) => a & b,
    OR: () => (a, b) => a | b,
    SELECT: () => (a, b, c) => (a === 1n ? b : c),
    REGISTER: () => (a) => a,
  };

  const cells = design.cells.map(([kind, operands, value, shift, count, weights, contents]) => {
    const cell = {
      operands: operands || [],
      value: BigInt(value || 0),
      shift: BigInt(shift || 0),
      count: count || 0,
      weights: big(weights),
      contents: big(contents),
    };
    return { ...cell, compute: kind in WAYS ? WAYS[kind](cell) : null };
  });

  // The integers of all cells, for one integer at each input port.
  function execute(inputs) {
    const values = new Array(cells.length);
    design.inputs.forEach((port, place) => {
      values[port.cell] = inputs[place];
    });
    cells.forEach((cell, index) => {
      if (values[index] === undefined) {
        values[index] = cell.compute
          ? cell.compute(...cell.operands.map((operand) => values[operand]))
          : cell.value;
      }
    });
    return values;
  }

  // integer * 2**-fraction for people, in eight digits; as it is where a double does not hold it.
  function real(integer, fraction) {
    const dropped = Math.max(0, integer.toString(2).length - 64);
    const number = Number(integer >> BigInt(dropped)) * 2 ** (dropped - fraction);
    const fits = Number.isFinite(number) && (number !== 0 || integer === 0n);
    return fits ? String(Number(number.toPrecision(8))) : `${integer} / 2^${fraction}`;
  }

  const STEPS = 1n << 20n; // of a slider for more integers than that
  const sliders = [...document.querySelectorAll("input[data-input]")];
  const ends = design.inputs.map((port) => [BigInt(port.minimum), BigInt(port.maximum)]);
  const integers = ends.map(([low, high]) => (low <= 0n && high >= 0n ? 0n : low));

  function show() {
    const values = execute(integers);
    document.querySelectorAll("[data-input-value]").forEach((place) => {
      const number = Number(place.dataset.inputValue);
      place.textContent = real(integers[number], design.inputs[number].fraction);
    });
    document.querySelectorAll("[data-output]").forEach((place) => {
      const port = design.outputs[Number(place.dataset.output)];
      place.textContent = real(values[port.cell], port.fraction);
      place.dataset.integer = values[port.cell].toString();
    });
    for (const [node, cell, fraction] of design.nodes) {
      const place = document.getElementById(`value${node}`);
      if (place) {
        place.textContent = real(values[cell], fraction);
        place.dataset.integer = values[cell].toString();
      }
    }
  }

  const clamped = (value, [low, high]) => (value < low ? low : value > high ? high : value);

  // The inputs of a link such as `#x=12&y=-3`, as integers at the ports.
  function fromLink() {
    const given = new URLSearchParams(location.hash.slice(1));
    design.inputs.forEach((port, place) => {
      const text = given.get(port.name);
      if (text !== null && /^-?\d{1,400}$/.test(text)) {
        integers[place] = clamped(BigInt(text), ends[place]);
      }
    });
    sliders.forEach((slider) => {
      const place = Number(slider.dataset.input);
      const [low, high] = ends[place];
      const span = high - low;
      const position = span > STEPS ? ((integers[place] - low) * STEPS) / span : integers[place] - low;
      slider.value = position.toString();
    });
    show();
  }

  sliders.forEach((slider) => {
    const place = Number(slider.dataset.input);
    const [low, high] = ends[place];
    const span = high - low;
    slider.min = "0";
    slider.max = (span > STEPS ? STEPS : span).toString();
    slider.step = "1";
    slider.addEventListener("input", () => {
      const position = BigInt(slider.value);
      integers[place] = clamped(low + (span > STEPS ? (position * span) / STEPS : position), ends[place]);
      show();
    });
  });
  window.addEventListener("hashchange", fromLink);
  fromLink();

  // Shows what is at work in one stage, and goes through all of them when it is played.
  const stage = document.getElementById("stage");
  const told = document.getElementById("told-stage");
  const boxes = [...document.querySelectorAll("[data-from]")];
  function showStage() {
    const now = Number(stage.value);
    const playing = now >= 0;
    told.textContent = playing ? `stage ${now}` : "all stages";
    boxes.forEach((box) => {
      const atWork = Number(box.dataset.from) <= now && now <= Number(box.dataset.to);
      box.classList.toggle("idle", playing && !atWork);
    });
  }
  let timer = null;
  function pause() {
    clearInterval(timer);
    timer = null;
  }
  if (stage) {
    stage.addEventListener("input", () => {
      pause();
      showStage();
    });
    document.getElementById("play").addEventListener("click", () => {
      if (timer !== null) {
        pause();
        return;
      }
      stage.value = "0";
      showStage();
      timer = setInterval(() => {
        const next = Number(stage.value) + 1;
        stage.value = String(next > Number(stage.max) ? -1 : next);
        showStage();
        if (stage.value === "-1") {
          pause();
        }
      }, 600);
    });
    showStage();
  }

  // What belongs to the node under the pointer, or at the keyboard's focus, stands out everywhere.
  const linked = new Map();
  document.querySelectorAll("[data-node]").forEach((place) => {
    const node = place.dataset.node;
    linked.set(node, [...(linked.get(node) || []), place]);
  });
  let marked = [];
  function mark(event) {
    const place = event.target.closest("[data-node]");
    marked.forEach((other) => other.classList.remove("linked"));
    marked = place ? linked.get(place.dataset.node) : [];
    marked.forEach((other) => other.classList.add("linked"));
  }
  document.addEventListener("pointerover", mark);
  document.addEventListener("focusin", mark);
}
