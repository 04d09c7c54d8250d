// Sliders that set the inputs and their ranges, and the values and errors that follow.

const STEPS = 1n << 20n; // of a slider for more integers than that

// A slider over the integers of a port, which says what it stands at as people read it.
function sliderOver(slider, { ends: [low, high], fraction }, moved) {
  const size = high - low;
  const coarse = size > STEPS;
  slider.min = "0";
  slider.max = (coarse ? STEPS : size).toString();
  slider.step = "1";
  slider.addEventListener("input", () => {
    const position = BigInt(slider.value);
    moved(low + (coarse ? (position * size) / STEPS : position));
  });
  return (integer) => {
    slider.value = (coarse ? ((integer - low) * STEPS) / size : integer - low).toString();
    slider.setAttribute("aria-valuetext", real(integer, fraction));
  };
}

function tell(place, text, integer) {
  if (place) {
    place.textContent = text;
    if (integer !== undefined) {
      place.dataset.integer = integer.toString();
    }
  }
}

// The error of a value that is exact as an integer, in doubles.
function errorOf(integer, fraction, wanted) {
  return double(integer, fraction) - wanted;
}
// For people; `resolution` is what the mathematics may be off by, which is told where it is more than the last bit.
function errorText(error, resolution, fraction) {
  if (!Number.isFinite(error)) {
    return "";
  }
  if (Math.abs(error) > resolution) {
    return `${error > 0 ? "+" : ""}${short(error)}`;
  }
  return resolution <= 2 ** -fraction ? "0" : `below ${short(2 * resolution)}`;
}

// Computes everything at the inputs and shows it.
function showValues(design, integers) {
  const values = execute(design, integers);
  const wanted = evaluate(design.mathematics, realsOf(design, integers));
  const finest = resolutions(design.mathematics, wanted);
  const off = (value, fraction, node) =>
    errorText(errorOf(value, fraction, wanted[node]), finest[node], fraction);
  design.inputs.forEach((port, place) => {
    tell(byId(`at${place}`), real(integers[place], port.fraction), integers[place]);
  });
  design.outputs.forEach((port, place) => {
    const value = values[port.cell];
    tell(byId(`output${place}`), real(value, port.fraction), value);
    if (port.node !== null) {
      const isKnown = !Number.isNaN(wanted[port.node]);
      tell(byId(`off${place}`), isKnown ? off(value, port.fraction, port.node) : "no real value here");
    }
  });
  for (const [node, cell, fraction] of design.nodes) {
    const value = values[cell];
    tell(byId(`value${node}`), real(value, fraction), value);
    tell(byId(`drawn${node}`), short(double(value, fraction), 5));
    if (node < wanted.length) {
      tell(byId(`error${node}`), off(value, fraction, node));
    }
  }
  const place = byId("promised");
  if (place) {
    place.textContent = promised(design, integers) ? "" : "what is assumed does not hold here: nothing is promised";
  }
}

// The inputs of a link such as `#x=12&y=-3`, as integers at the ports; all others stay as they are.
function linkedInputs(design, integers) {
  const given = new URLSearchParams(location.hash.slice(1));
  return design.inputs.map((port, place) => {
    const text = given.get(port.name);
    return text !== null && /^-?\d{1,400}$/.test(text)
      ? clamped(BigInt(text), port.ends)
      : integers[place];
  });
}

// Shows what follows from the ranges of the inputs, and samples them when nothing else is to be done.
function showRanges(design, box) {
  const isPossible = pointOf(design, box) !== null;
  const [bits, nodes] = drawFree(design, bounds(design, isPossible ? box : wholeBox(design)));
  const told = bits ? `${bits} bits of ${nodes} nodes become free, the grey ones below.` : "No bit becomes free.";
  tell(byId("free"), isPossible ? told : "At no point tried in these ranges does what is assumed hold.");
  const found = gathered(design);
  const points = samplesOf(design, box);
  let count = 0;
  clearTimeout(design.sampling);
  const some = () => {
    const until = performance.now() + 12;
    let next = points.next();
    while (!next.done) {
      gather(design, found, execute(design, next.value));
      count += 1;
      if (performance.now() > until) {
        design.sampling = setTimeout(some, 0);
        return;
      }
      next = points.next();
    }
    drawSeen(design, found);
    const what = design.rows.length ? "rows of the data" : "points of the ranges";
    tell(byId("sampled"), `Histograms over ${count} ${what}.`);
    document.documentElement.dataset.sampled = String(count);
  };
  design.sampling = setTimeout(some, 0);
}

// Connects the sliders; `changed` is called when the inputs were set.
function live(design, changed) {
  const state = { integers: startOf(design), box: wholeBox(design) };
  const setters = [];
  const set = (integers) => {
    state.integers = integers;
    setters.forEach((move, place) => move(integers[place]));
    showValues(design, integers);
    changed(state);
  };
  const bound = (place) => {
    const [low, high] = state.box[place];
    const { fraction } = design.inputs[place];
    tell(byId(`box${place}`), `${real(low, fraction)} .. ${real(high, fraction)}`);
  };
  design.inputs.forEach((port, place) => {
    setters.push(
      sliderOver(byId(`input${place}`), port, (integer) => {
        set(state.integers.map((other, k) => (k === place ? integer : other)));
      }),
    );
    const limits = [byId(`low${place}`), byId(`high${place}`)].map((slider, end) =>
      sliderOver(slider, port, (integer) => {
        const range = state.box[place];
        range[end] = end ? clamped(integer, [range[0], integer]) : clamped(integer, [integer, range[1]]);
        if (range[0] > range[1]) {
          range[end] = range[1 - end];
        }
        limits[end](range[end]);
        bound(place);
        showRanges(design, state.box);
        changed(state);
      }),
    );
    limits.forEach((move, end) => move(port.ends[end]));
    bound(place);
  });
  const fromLink = () => set(linkedInputs(design, state.integers));
  window.addEventListener("hashchange", fromLink);
  fromLink();
  showRanges(design, state.box);
  return { state, set };
}
