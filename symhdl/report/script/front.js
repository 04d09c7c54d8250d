// Draws designs over two axes at a time, filters and sorts them, and tells of the one that is looked at.

function begin(told) {
  const columns = told.columns.map((column) => ({
    ...column,
    at: column.number
      ? (row) => column.values[row]
      : (row) => column.texts[column.values[row]],
  }));
  const named = new Map(columns.map((column) => [column.name, column]));
  const chosen = new Set(told.chosen);
  const everyRow = Array.from({ length: told.count }, (_, row) => row);

  // --- classes: a shape and a colour for each ------------------------------------------------------

  const COLOURS = 8;
  const classColumn = named.get("class");
  const classOf = classColumn ? (row) => classColumn.values[row] : () => 0;
  const device = named.get("device");
  const contestOf = (row) => `${classOf(row)} ${device ? device.values[row] : ""}`; // whose rows beat each other
  const shape = (group, x, y, r) => SHAPES[group % SHAPES.length](x, y, r);
  function markOf(group) {
    const found = draw("svg", { class: "mark", width: 14, height: 14, "aria-hidden": "true" });
    found.append(draw("path", { class: `fill${group % COLOURS}`, d: shape(group, 7, 7, 4.5) }));
    return found;
  }

  // --- filters --------------------------------------------------------------------------------------

  const filters = byId("filters");
  const tests = []; // each tells of a row whether it passes
  function choices(column) {
    const values = [...new Set(everyRow.map(column.at))];
    if (values.length < 2) {
      return null;
    }
    values.sort((a, b) => (a === null ? 1 : b === null ? -1 : compared(a, b)));
    const boxes = new Map();
    const labels = values.map((value) => {
      const box = make("input", { type: "checkbox", checked: "" });
      boxes.set(value, box);
      const mark = column === classColumn ? [markOf(column.texts.indexOf(value))] : [];
      return make("label", {}, box, ...mark, words(value) || "none");
    });
    tests.push((row) => boxes.get(column.at(row)).checked);
    return make("fieldset", { "data-column": column.name }, make("legend", {}, column.label), ...labels);
  }
  function ends(column) {
    const values = column.values.filter((value) => value !== null);
    const least = values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!(least < most)) {
      return null;
    }
    const [low, high] = [["from", least], ["to", most]].map(([word, end]) =>
      make("input", {
        type: "text", inputmode: "decimal", placeholder: words(end),
        "aria-label": `${column.label} ${word}`,
      }),
    );
    const limit = (field, otherwise) => {
      const number = Number(field.value);
      const isWrong = field.value.trim() !== "" && Number.isNaN(number);
      field.setAttribute("aria-invalid", String(isWrong));
      return field.value.trim() === "" || isWrong ? otherwise : number;
    };
    const test = (row) => {
      const value = column.values[row];
      const [from, to] = test.limits;
      return value === null ? from === -Infinity && to === Infinity : from <= value && value <= to;
    };
    test.prepare = () => {
      test.limits = [limit(low, -Infinity), limit(high, Infinity)];
    };
    tests.push(test);
    return make("fieldset", { "data-column": column.name }, make("legend", {}, column.label), low, " to ", high);
  }
  function textSearch() {
    const read = columns.filter((column) => column.kind === "text" && !column.number);
    if (!read.length) {
      return null;
    }
    const field = make("input", { type: "search", "aria-label": "text to look for" });
    tests.push((row) => {
      const wanted = field.value.toLowerCase();
      return !wanted || read.some((column) => (column.at(row) || "").toLowerCase().includes(wanted));
    });
    return make("fieldset", {}, make("legend", {}, read.map((column) => column.label).join(", ")), field);
  }
  const frontOnly = make("input", { type: "checkbox", id: "front-only" });
  const fieldsets = (kind, made) =>
    columns.filter((column) => column.kind === kind).map(made).filter((each) => each !== null);
  const ranges = fieldsets("figure", ends);
  filters.append(...fieldsets("choice", choices), ...[textSearch()].filter((each) => each !== null));
  if (ranges.length) {
    filters.append(make("details", {}, make("summary", {}, "Ranges"), make("div", {}, ...ranges)));
  }
  filters.append(
    make("label", {}, frontOnly, "only what is on a front"),
    make("button", { type: "reset" }, "Show all"),
  );

  // --- fronts ---------------------------------------------------------------------------------------

  function grouped(rows, groupOf) {
    const groups = new Map();
    rows.forEach((row) => {
      const group = groupOf(row);
      groups.has(group) ? groups.get(group).push(row) : groups.set(group, [row]);
    });
    return [...groups.values()];
  }
  // For each class and device its rows that no other one beats on both axes, from the best on the first on.
  function frontsOf(rows, x, y) {
    const [signX, signY] = [x, y].map((column) => (column.high ? -1 : 1));
    return grouped(rows, contestOf).map((members) => {
      members.sort(
        (a, b) =>
          signX * (x.values[a] - x.values[b]) || signY * (y.values[a] - y.values[b]) || a - b,
      );
      let best = Infinity;
      let at = NaN;
      return members.filter((row) => {
        const value = signY * y.values[row];
        const isTie = value === best && x.values[row] === at;
        if (value >= best && !isTie) {
          return false;
        }
        best = value;
        at = x.values[row];
        return true;
      });
    });
  }

  // --- plots ----------------------------------------------------------------------------------------

  const LEFT = 58, RIGHT = 12, TOP = 10, BOTTOM = 36, NEAR = 24;
  const NARROWEST = 340, WIDEST = 560;

  const plots = [];
  const plotted = columns.filter((column) => column.number);
  function axisChoice(name, label) {
    const options = plotted.map((column) => make("option", { value: column.name }, column.label));
    const found = make("select", { "aria-label": label }, ...options);
    found.value = name;
    return found;
  }
  told.plots.forEach(([x, y]) => {
    const svg = draw("svg", { tabindex: "0", role: "img" });
    const selects = [axisChoice(y, "vertical axis"), axisChoice(x, "horizontal axis")];
    const plot = { svg, selects, places: [], fronts: [] };
    selects.forEach((select) => select.addEventListener("change", update));
    plots.push(plot);
    byId("plots").append(
      make("figure", {}, make("figcaption", { class: "live" }, selects[0], " over ", selects[1]), svg),
    );
    svg.addEventListener("pointermove", (event) => lookAt(nearest(plot, event)));
    svg.addEventListener("click", (event) => toTable(nearest(plot, event)));
    svg.addEventListener("keydown", (event) => walk(plot, event));
  });

  const status = named.get("status");
  const isMade = (row) => !status || status.at(row) !== "failed";
  function drawPlot(plot, rows) {
    const [y, x] = plot.selects.map((select) => named.get(select.value));
    const known = rows.filter((row) => isMade(row) && x.values[row] !== null && y.values[row] !== null);
    const room = byId("plots").clientWidth || WIDEST;
    const beside = Math.floor(room / plots.length) - 16;
    const width = Math.min(Math.max(beside, NARROWEST), WIDEST, room);
    const height = Math.round(width * 0.72);
    const { svg } = plot;
    svg.replaceChildren();
    Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }).forEach(([name, value]) =>
      svg.setAttribute(name, value),
    );
    svg.setAttribute("aria-label", `${y.label} over ${x.label} of ${known.length} designs`);
    plot.places = [];
    plot.fronts = frontsOf(known, x, y);
    if (!known.length) {
      svg.append(draw("text", { x: 20, y: 30, class: "ruler" }, "nothing to show"));
      return;
    }
    const bottom = height - BOTTOM;
    const across = scaleOf(x, known, LEFT, width - RIGHT);
    const up = scaleOf(y, known, bottom, TOP);
    across.ticks.forEach(([value, place]) => {
      svg.append(draw("line", { class: "axis", x1: place, x2: place, y1: TOP, y2: bottom }));
      svg.append(draw("text", { class: "ruler", x: place, y: bottom + 14, "text-anchor": "middle" }, words(value)));
    });
    up.ticks.forEach(([value, place]) => {
      svg.append(draw("line", { class: "axis", x1: LEFT, x2: width - RIGHT, y1: place, y2: place }));
      svg.append(draw("text", { class: "ruler", x: LEFT - 5, y: place + 4, "text-anchor": "end" }, words(value)));
    });
    svg.append(draw("text", { x: (LEFT + width - RIGHT) / 2, y: height - 5, "text-anchor": "middle" }, x.label));
    const middle = (TOP + bottom) / 2;
    svg.append(draw("text", { x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` }, y.label));

    const places = new Map(
      known.map((row) => [row, [across.at(x.values[row]), up.at(y.values[row])].map((p) => Math.round(10 * p) / 10)]),
    );
    const radius = known.length > 500 ? 3 : 4;
    const onFront = new Set(plot.fronts.flat());
    const pathOf = (group, members, size) =>
      members.map((row) => shape(group, ...places.get(row), size)).join("");
    grouped(known.filter((row) => !onFront.has(row)), classOf).forEach((members) => {
      const group = classOf(members[0]);
      const d = pathOf(group, members, radius - 1);
      svg.append(draw("path", { class: `beaten fill${group % COLOURS}`, d }));
    });
    plot.fronts.forEach((members) => {
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
    plot.ring = draw("circle", { class: "current", r: radius + 4, visibility: "hidden" });
    svg.append(plot.ring);
    plot.places = [...places].sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]);
    plot.placeOf = places;
  }

  function nearest(plot, event) {
    const box = plot.svg.getBoundingClientRect();
    const scale = plot.svg.viewBox.baseVal.width / box.width;
    const [px, py] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    let best = NEAR;
    let found = null;
    plot.places.forEach(([row, [x, y]]) => {
      const distance = Math.hypot(x - px, y - py);
      if (distance < best) {
        [best, found] = [distance, row];
      }
    });
    return found;
  }
  function walk(plot, event) {
    const order = plot.places.map(([row]) => row);
    const now = order.indexOf(current);
    const next = {
      ArrowRight: now + 1, ArrowLeft: now < 0 ? order.length - 1 : now - 1,
      Home: 0, End: order.length - 1,
    }[event.key];
    if (event.key === "Enter") {
      toTable(current);
    } else if (next !== undefined && order.length) {
      event.preventDefault();
      lookAt(order[Math.max(0, Math.min(order.length - 1, next))]);
    }
  }

  // --- the design that is looked at -----------------------------------------------------------------

  let current = null;
  const panel = byId("told");
  function linkOf(row) {
    const path = told.pages[row];
    return path === undefined ? [] : [make("a", { href: path }, "its page")];
  }
  function lookAt(row) {
    if (row === null || row === current) {
      return;
    }
    current = row;
    const facts = columns.filter((column) => column.name !== "equation" && words(column.at(row)) !== "");
    const equation = named.get("equation");
    panel.replaceChildren(
      make("p", {}, markOf(classOf(row)), " ", make("code", {}, equation ? words(equation.at(row)) : ""),
        ...(chosen.has(row) ? [" chosen for the combination"] : []), " ", ...linkOf(row)),
      make("dl", {}, ...facts.map((column) =>
        make("div", {}, make("dt", {}, column.label), make("dd", {}, words(column.at(row)))))),
    );
    showCurrent();
  }
  function showCurrent() {
    plots.forEach((plot) => {
      const place = plot.placeOf && plot.placeOf.get(current);
      if (plot.ring) {
        plot.ring.setAttribute("visibility", place && plot.places.length ? "visible" : "hidden");
      }
      if (place && plot.ring) {
        plot.ring.setAttribute("cx", place[0]);
        plot.ring.setAttribute("cy", place[1]);
      }
    });
    document.querySelectorAll("#designs tr.linked").forEach((line) => line.classList.remove("linked"));
    const line = lineOf(current);
    if (line) {
      line.classList.add("linked");
    }
  }

  // --- the table ------------------------------------------------------------------------------------

  const AT_ONCE = 100;
  const [head, lines] = ["thead", "tbody"].map((tag) => document.querySelector(`#designs ${tag}`));
  const more = byId("more");
  let sorted = [];
  let wanted = AT_ONCE;
  let order = { column: named.get(told.plots.length ? told.plots[0][1] : "class") || columns[0], sign: 1 };

  const lineOf = (row) => lines.querySelector(`tr[data-row="${row}"]`);
  const cellClass = (column) => (column.number ? "number" : "told");
  columns.forEach((column) => {
    const button = make("button", { type: "button" }, column.label);
    button.addEventListener("click", () => {
      order = { column, sign: order.column === column ? -order.sign : 1 };
      wanted = AT_ONCE;
      showTable();
    });
    column.header = make("th", { class: cellClass(column), scope: "col" }, button);
  });
  head.append(make("tr", {}, make("th", {}, make("span", { class: "quiet" }, "")), ...columns.map((column) => column.header)));

  function showTable() {
    const { column, sign } = order;
    if (!column) {
      return; // nothing is known of any design
    }
    columns.forEach((each) => each.header.removeAttribute("aria-sort"));
    column.header.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const isKnown = (row) => words(column.at(row)) !== "";
    const known = sorted.filter(isKnown);
    known.sort((a, b) => sign * compared(column.at(a), column.at(b)) || a - b);
    sorted = [...known, ...sorted.filter((row) => !isKnown(row)).sort((a, b) => a - b)];
    lines.replaceChildren();
    showMore();
  }
  function showMore() {
    const start = lines.childElementCount;
    lines.append(...sorted.slice(start, wanted).map((row) => {
      const cells = columns.map((column) => make("td", { class: cellClass(column) }, words(column.at(row))));
      const first = make("td", {}, markOf(classOf(row)), ...(chosen.has(row) ? ["★"] : []), " ", ...linkOf(row));
      return make("tr", { "data-row": row, tabindex: "0" }, first, ...cells);
    }));
    more.hidden = lines.childElementCount >= sorted.length;
    showCurrent();
  }
  function toTable(row) {
    if (row === null) {
      return;
    }
    wanted = Math.max(wanted, sorted.indexOf(row) + 1);
    showMore();
    const line = lineOf(row);
    if (line) {
      line.focus();
    }
  }
  more.addEventListener("click", () => {
    wanted += 5 * AT_ONCE;
    showMore();
  });
  const rowAt = (event) => event.target.closest("tr[data-row]");
  ["pointerover", "focusin"].forEach((kind) =>
    lines.addEventListener(kind, (event) => {
      const line = rowAt(event);
      lookAt(line ? Number(line.dataset.row) : null);
    }),
  );
  lines.addEventListener("keydown", (event) => {
    const line = rowAt(event);
    const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (line && next && line[next]) {
      event.preventDefault();
      line[next].focus();
    }
  });

  // --- all of it ------------------------------------------------------------------------------------

  function update() {
    tests.forEach((test) => test.prepare && test.prepare());
    let rows = everyRow.filter((row) => tests.every((test) => test(row)));
    plots.forEach((plot) => drawPlot(plot, rows));
    if (frontOnly.checked) {
      const kept = new Set(plots.flatMap((plot) => plot.fronts.flat()));
      rows = rows.filter((row) => kept.has(row));
      plots.forEach((plot) => drawPlot(plot, rows));
    }
    byId("shown").textContent =
      `${rows.length.toLocaleString("en")} of ${told.count.toLocaleString("en")} designs`;
    sorted = rows;
    wanted = AT_ONCE;
    showTable();
  }
  filters.addEventListener("input", update);
  filters.addEventListener("reset", () => setTimeout(update));
  filters.addEventListener("submit", (event) => event.preventDefault());
  let width = byId("plots").getBoundingClientRect().width;
  new ResizeObserver(([entry]) => {
    const now = entry.contentRect.width;
    if (now !== width) {
      width = now;
      update();
    }
  }).observe(byId("plots"));
  update();
  document.documentElement.dataset.ready = performance.now().toFixed(0); // ms since it was opened
}

function start() {
  const { type, textContent } = byId("front");
  if (type === "application/json") {
    begin(JSON.parse(textContent));
  } else if (typeof DecompressionStream !== "undefined") {
    unpacked(textContent).then((text) => begin(JSON.parse(text)));
  } else {
    byId("shown").textContent = "This browser is too old for so many designs; rows.csv has them.";
  }
}

start();
