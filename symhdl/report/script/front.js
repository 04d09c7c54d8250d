// Starts the page of a front: filters, plots, the table, and what tells of the design that is looked at.

function begin(told) {
  const designs = designsOf(told);
  let current = null;
  const showCurrent = () => {
    plots.forEach((plot) => ringAround(plot, current));
    table.mark(current);
  };
  const look = (row) => {
    if (row !== null && row !== current) {
      current = row;
      tellOf(designs, row);
      showCurrent();
    }
  };
  const open = (row) => {
    if (row !== null) {
      table.go(row);
    }
  };
  const changed = () => {
    const drawn = (rows) => plots.forEach((plot) => drawPlot(designs, plot, rows));
    let rows = filters.rows();
    drawn(rows);
    if (filters.isFrontOnly()) {
      const kept = new Set(plots.flatMap((plot) => plot.fronts.flat()));
      rows = rows.filter((row) => kept.has(row));
      drawn(rows);
    }
    byId("shown").textContent =
      `${rows.length.toLocaleString("en")} of ${told.count.toLocaleString("en")} designs`;
    table.show(rows);
  };
  const filters = filtersOf(designs, byId("filters"), changed);
  const plots = told.plots.map((axes) => plotOf(designs, axes, { changed, look, open }));
  const first = told.plots.length ? told.plots[0][1] : "class";
  const table = tableOf(designs, designs.named.get(first) || designs.columns[0], { look, drawn: showCurrent });
  onResize(byId("plots"), changed);
  changed();
  document.documentElement.dataset.ready = performance.now().toFixed(0); // ms since it was opened
}

function tellOf({ columns, named, chosen, classOf, linkOf }, row) {
  const facts = columns.filter((column) => column.name !== "equation" && words(column.at(row)) !== "");
  const equation = named.get("equation");
  byId("told").replaceChildren(
    make("p", {}, markOf(classOf(row)), " ", make("code", {}, equation ? words(equation.at(row)) : ""),
      ...(chosen.has(row) ? [" chosen for the combination"] : []), " ", ...linkOf(row)),
    make("dl", {}, ...facts.map((column) =>
      make("div", {}, make("dt", {}, column.label), make("dd", {}, words(column.at(row)))))),
  );
}

function onResize(element, changed) {
  let { width } = element.getBoundingClientRect();
  new ResizeObserver(([entry]) => {
    const now = entry.contentRect.width;
    if (now !== width) {
      width = now;
      changed();
    }
  }).observe(element);
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
