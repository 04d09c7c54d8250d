// The error of an output over one input, or over two, inside the bound that is proved.

const CURVE = { width: 560, height: 220, left: 64, right: 10, top: 12, bottom: 34, points: 400 };
const MOST_SIDE = 56; // of the map, in squares
const MOST_COMPUTED = 1 << 20; // cells, for all points together
const TICKS = 5;
const RESOLVED = 1 / 16; // of a bound, within which doubles must tell errors that are shown

// A handful of round numbers between two.
function ticks(low, high) {
  const rough = (high - low) / TICKS;
  if (!(rough > 0)) {
    return [low];
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((each) => each * power >= rough * (1 - 1e-9));
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step + 0);
}

// So many integers from one to another, evenly, all of them where there are no more.
function steps([low, high], count) {
  const size = high - low;
  const last = size < BigInt(count) ? Number(size) : count - 1;
  return Array.from({ length: last + 1 }, (_, k) =>
    last ? low + (size * BigInt(k)) / BigInt(last) : low,
  );
}

// The error of an output at a point, NaN where nothing is promised.
function errorAt(design, output, point) {
  if (!promised(design, point)) {
    return NaN;
  }
  const { cell, fraction, node } = design.outputs[output];
  const wanted = evaluate(design.mathematics, realsOf(design, point))[node];
  return errorOf(execute(design, point)[cell], fraction, wanted);
}

// Whether doubles tell such an error well enough beside a bound.
function isResolved(design, output, point, bound) {
  const { mathematics } = design;
  const values = evaluate(mathematics, realsOf(design, point));
  return resolutions(mathematics, values)[design.outputs[output].node] <= RESOLVED * bound;
}

// The place of the largest error, -1 where none is known.
function placeOfLargest(errors) {
  let found = -1;
  errors.forEach((error, place) => {
    if (Number.isFinite(error) && (found < 0 || Math.abs(error) > Math.abs(errors[found]))) {
      found = place;
    }
  });
  return found;
}

function added(parent, tag, attributes, text) {
  const made = document.createElementNS(NAMESPACE, tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  if (text !== undefined) {
    made.textContent = text;
  }
  return parent.appendChild(made);
}

// The curve over one input, in a frame with the bound as dashed lines.
function drawCurve(drawing, curve) {
  const { width, height, left, right, top, bottom } = CURVE;
  drawing.replaceChildren();
  const [low, high] = [curve.places[0], curve.places[curve.places.length - 1]];
  const most = 1.15 * Math.max(curve.bound, ...curve.errors.filter(Number.isFinite).map(Math.abs)) || 1;
  const x = (value) => left + ((value - low) / (high - low || 1)) * (width - left - right);
  const middle = (top + height - bottom) / 2;
  const y = (value) => middle - ((value / most) * (height - top - bottom)) / 2;
  ticks(low, high).forEach((value) => {
    added(drawing, "path", { class: "axis", d: `M${x(value)} ${top}V${height - bottom}` });
    added(drawing, "text", { x: x(value), y: height - bottom + 15, "text-anchor": "middle" }, short(value));
  });
  ticks(-most, most).forEach((value) => {
    added(drawing, "path", { class: "axis", d: `M${left} ${y(value)}H${width - right}` });
    added(drawing, "text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" }, short(value));
  });
  added(drawing, "text", { x: (left + width) / 2, y: height - 4, "text-anchor": "middle" }, curve.name);
  let broken = true;
  const path = curve.places.map((place, k) => {
    if (!Number.isFinite(curve.errors[k])) {
      broken = true;
      return "";
    }
    const piece = `${broken ? "M" : "L"}${x(place).toFixed(1)} ${y(curve.errors[k]).toFixed(1)}`;
    broken = false;
    return piece;
  });
  added(drawing, "path", { class: "curve", d: path.join("") });
  [curve.bound, -curve.bound].forEach((value) => {
    added(drawing, "path", { class: "bound", d: `M${left} ${y(value)}H${width - right}` });
  });
  added(drawing, "text", { x: width - right, y: y(curve.bound) - 3, "text-anchor": "end" }, "proved");
  added(drawing, "path", { class: "here", d: `M${x(curve.here)} ${top}V${height - bottom}` });
}

// The squares of the map, in a blue for what is too low and an orange for what is too high.
function drawMap(canvas, map) {
  canvas.width = map.columns;
  canvas.height = map.rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(map.columns, map.rows);
  const [low, high, none] = [[0, 114, 178], [213, 94, 0], [245, 245, 245]];
  map.errors.forEach((error, k) => {
    const share = Number.isFinite(error) ? Math.min(1, Math.abs(error) / (map.bound || 1)) : 0;
    const end = error < 0 ? low : high;
    const colour = none.map((from, place) => from + (end[place] - from) * Math.sqrt(share));
    image.data.set([...colour, Number.isFinite(error) ? 255 : 0], 4 * k);
  });
  context.putImageData(image, 0, 0);
}

// Computes and draws the picture for the chosen output and inputs, and says in words what it shows.
function showErrors(design, state, chosen) {
  const { output, first, second } = chosen;
  const port = design.outputs[output];
  const bound = port.bound === null ? 0 : port.bound;
  const told = byId("error-told");
  const isMap = second >= 0 && second !== first;
  const affordable = MOST_COMPUTED / Math.max(1, design.cells.length);
  const side = Math.max(8, Math.min(MOST_SIDE, Math.floor(Math.sqrt(affordable))));
  const count = isMap ? side : Math.max(32, Math.min(CURVE.points, Math.floor(affordable)));
  const columns = steps(state.box[first], count);
  const rows = isMap ? steps(state.box[second], count).reverse() : [null];
  const points = rows.flatMap((row) =>
    columns.map((column) =>
      state.integers.map((integer, k) => (k === first ? column : isMap && k === second ? row : integer)),
    ),
  );
  const errors = points.map((point) => errorAt(design, output, point));
  const place = placeOfLargest(errors);
  const isTooFine = bound > 0 && place >= 0 && !isResolved(design, output, points[place], bound);
  byId("curve").classList.toggle("hidden", isMap || isTooFine);
  byId("map").classList.toggle("hidden", !isMap || isTooFine);
  if (isTooFine) {
    told.textContent = `the bound ${short(bound)} is finer than doubles are, in which the page computes what is real`;
    return;
  }
  const fractionOf = (input) => design.inputs[input].fraction;
  if (isMap) {
    drawMap(byId("map"), { columns: columns.length, rows: rows.length, errors, bound });
  } else {
    drawCurve(byId("curve"), {
      name: design.inputs[first].shown,
      places: columns.map((integer) => double(integer, fractionOf(first))),
      here: double(state.integers[first], fractionOf(first)),
      errors,
      bound,
    });
  }
  if (place < 0) {
    told.textContent = "nothing is promised at any of these points";
    return;
  }
  const at = [first, ...(isMap ? [second] : [])].map(
    (input) => `${design.inputs[input].shown} = ${real(points[place][input], fractionOf(input))}`,
  );
  const share = bound ? `, ${short((100 * Math.abs(errors[place])) / bound, 2)} % of the bound ${short(bound)}` : "";
  told.textContent = `${points.length} points; the largest error of ${port.shown} is ${short(errors[place])} at ${at.join(", ")}${share}`;
  if (isMap) {
    const [right, up] = [first, second].map((input) => {
      const [from, to] = state.box[input].map((end) => real(end, fractionOf(input)));
      return `${design.inputs[input].shown} from ${from} to ${to}`;
    });
    told.textContent += `; to the right ${right}, upwards ${up}; blue is too low, orange too high, the full colour the bound`;
  }
  told.dataset.largest = String(Math.abs(errors[place]));
}

// Draws again when something was chosen, and when the inputs are at rest.
function errorsOver(design, page) {
  const choices = ["output", "first", "second"].map((name) => byId(`over-${name}`));
  if (choices.some((choice) => !choice)) {
    return () => {};
  }
  const show = () => {
    const [output, first, second] = choices.map((choice) => Number(choice.value));
    showErrors(design, page.state, { output, first, second });
  };
  choices.forEach((choice) => choice.addEventListener("input", show));
  let waiting = null;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 120);
  };
}
