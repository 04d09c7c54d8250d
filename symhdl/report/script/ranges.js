// Ranges of the nodes on the axis of their bits: those that follow from ranges of the inputs, those seen, histograms,
// and the bits that become free.

const NAMESPACE = "http://www.w3.org/2000/svg";
const [HISTOGRAM, MIDDLE, PROVED, SEEN] = [15, 21, 29, 33]; // pixels: where the histogram ends, the boxes' middle, two bars

function drawn(parent, tag, kind) {
  const found = parent.querySelector(`.${kind}`);
  if (found) {
    return found;
  }
  const made = document.createElementNS(NAMESPACE, tag);
  made.setAttribute("class", kind);
  return parent.appendChild(made);
}

// The exponent of the highest bit of an integer with a binary point.
const exponentOf = (integer, fraction) =>
  bitLength(integer < 0n ? -integer : integer) - 1 - fraction;

// Of every node that has a cell: how many values have which exponent, and the least and greatest.
function gathered(design) {
  return design.nodes.map(() => ({ counts: new Map(), low: null, high: null }));
}
function gather(design, found, values) {
  design.nodes.forEach(([, cell, fraction], place) => {
    const [value, seen] = [values[cell], found[place]];
    if (seen.low === null || value < seen.low) {
      seen.low = value;
    }
    if (seen.high === null || value > seen.high) {
      seen.high = value;
    }
    if (value !== 0n) {
      const exponent = exponentOf(value, fraction);
      seen.counts.set(exponent, (seen.counts.get(exponent) || 0) + 1);
    }
  });
}

// Where magnitudes of a range lie on the axis of a drawing: from its right end, or the end of the range, to the left.
function span(axis, low, high, fraction) {
  const [a, b] = [double(low, fraction), double(high, fraction)];
  const most = Math.max(Math.abs(a), Math.abs(b));
  const least = a <= 0 && b >= 0 ? 0 : Math.min(Math.abs(a), Math.abs(b));
  const place = (size) =>
    Math.min(axis.width, Math.max(0, (axis.top + 1 - Math.log2(size)) * axis.unit));
  return most === 0 ? null : [place(most), least === 0 ? axis.width : place(least)];
}

function line(drawing, kind, ends, height) {
  const path = drawn(drawing, "path", kind);
  path.setAttribute("d", ends ? `M${ends[0]} ${height}H${Math.max(ends[1], ends[0] + 2)}` : "");
}

// Draws the histogram and the range that were seen into the node's drawing.
function drawSeen(design, found) {
  design.nodes.forEach(([node, , fraction], place) => {
    const drawing = byId(`bits${node}`);
    const seen = found[place];
    if (!drawing) {
      return;
    }
    const { axis } = design;
    const most = Math.max(1, ...seen.counts.values());
    const bars = [...seen.counts].map(([exponent, count]) => {
      const x = Math.min(axis.width, (axis.top - exponent) * axis.unit);
      return `M${x} ${HISTOGRAM}h${axis.unit}v${-HISTOGRAM * (count / most)}h${-axis.unit}z`;
    });
    drawn(drawing, "path", "histogram").setAttribute("d", bars.join(""));
    line(drawing, "seen", seen.low === null ? null : span(axis, seen.low, seen.high, fraction), SEEN);
  });
}

// Greys the bits that no value needs any more, and tells the ranges that follow. How many bits become free is told.
function drawFree(design, found) {
  let [bits, nodes] = [0, 0];
  design.nodes.forEach(([node, cell, fraction]) => {
    const drawing = byId(`bits${node}`);
    const [range, proved] = [found[cell], design.cells[cell].range];
    const free = widthOf(proved) - widthOf(range);
    bits += free;
    nodes += free > 0 ? 1 : 0;
    if (!drawing) {
      return;
    }
    const { axis } = design;
    const x = (axis.top + 1 + fraction - widthOf(proved)) * axis.unit;
    const boxes = drawn(drawing, "path", "free");
    boxes.setAttribute("d", free > 0 ? `M${x} ${MIDDLE}h${free * axis.unit}` : "");
    boxes.setAttribute("stroke-dasharray", `${axis.unit - 1} 1`);
    const narrower = range[0] > proved[0] || range[1] < proved[1];
    line(drawing, "narrowed", narrower ? span(axis, ...range, fraction) : null, PROVED);
    drawing.dataset.free = String(free);
    const place = byId(`range${node}`);
    if (place) {
      place.textContent = narrower
        ? `${short(double(range[0], fraction), 4)} .. ${short(double(range[1], fraction), 4)}`
        : "";
    }
  });
  return [bits, nodes];
}
