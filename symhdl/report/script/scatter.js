// Designs as points over two axes that people choose, with the fronts as lines.

const LEFT = 58, RIGHT = 12, TOP = 10, BOTTOM = 36, NEAR = 24;
const NARROWEST = 340, WIDEST = 560;

// A plot in the page; `look` is told the design that is pointed at, `open` the one that is clicked.
function plotOf(designs, [x, y], { changed, look, open }) {
  const svg = draw("svg", { tabindex: "0", role: "img" });
  const axisChoice = (name, label) => {
    const numbers = designs.columns.filter((column) => column.number);
    const options = numbers.map((column) => make("option", { value: column.name }, column.label));
    const found = make("select", { "aria-label": label }, ...options);
    found.value = name;
    found.addEventListener("change", changed);
    return found;
  };
  const selects = [axisChoice(y, "vertical axis"), axisChoice(x, "horizontal axis")];
  const ring = draw("circle", { class: "current", visibility: "hidden" });
  const plot = { svg, selects, ring, current: null, places: new Map(), order: [], fronts: [] };
  byId("plots").append(
    make("figure", {}, make("figcaption", { class: "live" }, selects[0], " over ", selects[1]), svg),
  );
  svg.addEventListener("pointermove", (event) => look(nearest(plot, event)));
  svg.addEventListener("click", (event) => open(nearest(plot, event)));
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      open(plot.current);
      return;
    }
    const row = rowBeside(plot, event.key);
    if (row !== undefined) {
      event.preventDefault();
      look(row);
    }
  });
  return plot;
}

// The design that a key leads to.
function rowBeside({ order, current }, key) {
  const now = order.indexOf(current);
  const last = order.length - 1;
  const next = { ArrowRight: now + 1, ArrowLeft: now < 0 ? last : now - 1, Home: 0, End: last }[key];
  return next === undefined ? undefined : order[Math.max(0, Math.min(last, next))];
}
function nearest(plot, event) {
  const box = plot.svg.getBoundingClientRect();
  const scale = plot.svg.viewBox.baseVal.width / box.width;
  const [px, py] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  let best = NEAR;
  let found = null;
  plot.order.forEach((row) => {
    const [x, y] = plot.places.get(row);
    const distance = Math.hypot(x - px, y - py);
    if (distance < best) {
      [best, found] = [distance, row];
    }
  });
  return found;
}

function drawPlot(designs, plot, rows) {
  const [y, x] = plot.selects.map((select) => designs.named.get(select.value));
  const known = rows.filter(
    (row) => designs.isMade(row) && x.values[row] !== null && y.values[row] !== null,
  );
  const room = byId("plots").clientWidth || WIDEST;
  const beside = Math.floor(room / byId("plots").childElementCount) - 16;
  const width = Math.min(Math.max(beside, NARROWEST), WIDEST, room);
  const height = Math.round(width * 0.72);
  const { svg } = plot;
  svg.replaceChildren();
  Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }).forEach(([name, value]) =>
    svg.setAttribute(name, value),
  );
  svg.setAttribute("aria-label", `${y.label} over ${x.label} of ${known.length} designs`);
  plot.fronts = frontsOf(designs, known, x, y);
  plot.places = new Map();
  plot.order = [];
  if (!known.length) {
    svg.append(draw("text", { x: 20, y: 30, class: "ruler" }, "nothing to show"));
    return;
  }
  const across = scaleOf(x, known, LEFT, width - RIGHT);
  const up = scaleOf(y, known, height - BOTTOM, TOP);
  drawAxes(svg, [across, x.label], [up, y.label], width, height);
  const rounded = (place) => Math.round(10 * place) / 10;
  plot.places = new Map(
    known.map((row) => [row, [across.at(x.values[row]), up.at(y.values[row])].map(rounded)]),
  );
  const ordered = [...plot.places].sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]);
  plot.order = ordered.map(([row]) => row);
  drawPoints(designs, plot, known);
}

function drawAxes(svg, [across, below], [up, beside], width, height) {
  const bottom = height - BOTTOM;
  across.ticks.forEach(([value, place]) => {
    svg.append(draw("line", { class: "axis", x1: place, x2: place, y1: TOP, y2: bottom }));
    svg.append(draw("text", { class: "ruler", x: place, y: bottom + 14, "text-anchor": "middle" }, words(value)));
  });
  up.ticks.forEach(([value, place]) => {
    svg.append(draw("line", { class: "axis", x1: LEFT, x2: width - RIGHT, y1: place, y2: place }));
    svg.append(draw("text", { class: "ruler", x: LEFT - 5, y: place + 4, "text-anchor": "end" }, words(value)));
  });
  svg.append(draw("text", { x: (LEFT + width - RIGHT) / 2, y: height - 5, "text-anchor": "middle" }, below));
  const middle = (TOP + bottom) / 2;
  svg.append(draw("text", { x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` }, beside));
}

function drawPoints(designs, { svg, ring, places, fronts }, known) {
  const { chosen, classOf } = designs;
  const radius = known.length > 500 ? 3 : 4;
  const pathOf = (group, members, size) =>
    members.map((row) => shape(group, ...places.get(row), size)).join("");
  const onFront = new Set(fronts.flat());
  grouped(known.filter((row) => !onFront.has(row)), classOf).forEach((members) => {
    const group = classOf(members[0]);
    const d = pathOf(group, members, radius - 1);
    svg.append(draw("path", { class: `beaten fill${group % COLOURS}`, d }));
  });
  fronts.forEach((members) => {
    const group = classOf(members[0]);
    const steps = members.map((row, index) => {
      const [px, py] = places.get(row);
      return index ? `H${px}V${py}` : `M${px} ${py}`;
    });
    svg.append(draw("path", { class: `front line${group % COLOURS}`, d: steps.join("") }));
    svg.append(draw("path", { class: `fill${group % COLOURS}`, d: pathOf(group, members, radius) }));
  });
  known.filter((row) => chosen.has(row)).forEach((row) => {
    const [cx, cy] = places.get(row);
    svg.append(draw("circle", { class: "chosen", cx, cy, r: radius + 5 }));
  });
  ring.setAttribute("r", radius + 4);
  svg.append(ring);
}

// Rings the design that is looked at.
function ringAround(plot, row) {
  const place = plot.places.get(row);
  plot.current = row;
  plot.ring.setAttribute("visibility", place ? "visible" : "hidden");
  if (place) {
    plot.ring.setAttribute("cx", place[0]);
    plot.ring.setAttribute("cy", place[1]);
  }
}
