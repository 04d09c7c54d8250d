// Filters, which choose designs by the columns: values to tick, ends of a range, a text to look for.

// A filter is an element, and what tells of a row whether it passes; `prepare` reads what people set.
function choices(designs, column) {
  const values = [...new Set(designs.rows.map(column.at))];
  if (values.length < 2) {
    return null;
  }
  values.sort((a, b) => (a === null ? 1 : b === null ? -1 : compared(a, b)));
  const boxes = new Map();
  const labels = values.map((value) => {
    const box = make("input", { type: "checkbox", checked: "" });
    boxes.set(value, box);
    const mark = column.name === "class" ? [markOf(column.texts.indexOf(value))] : [];
    return make("label", {}, box, ...mark, words(value) || "none");
  });
  return {
    shown: make("fieldset", { "data-column": column.name }, make("legend", {}, column.label), ...labels),
    prepare: () => {},
    passes: (row) => boxes.get(column.at(row)).checked,
  };
}

function limit(field, otherwise) {
  const number = Number(field.value);
  const isWrong = field.value.trim() !== "" && Number.isNaN(number);
  field.setAttribute("aria-invalid", String(isWrong));
  return field.value.trim() === "" || isWrong ? otherwise : number;
}
function ends(designs, column) {
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
  let [from, to] = [-Infinity, Infinity];
  return {
    shown: make("fieldset", { "data-column": column.name }, make("legend", {}, column.label), low, " to ", high),
    prepare: () => {
      [from, to] = [limit(low, -Infinity), limit(high, Infinity)];
    },
    passes: (row) => {
      const value = column.values[row];
      return value === null ? from === -Infinity && to === Infinity : from <= value && value <= to;
    },
  };
}

function textSearch(columns) {
  const field = make("input", { type: "search", "aria-label": "text to look for" });
  let wanted = "";
  return {
    shown: make("fieldset", {}, make("legend", {}, columns.map((column) => column.label).join(", ")), field),
    prepare: () => {
      wanted = field.value.toLowerCase();
    },
    passes: (row) => !wanted || columns.some((column) => (column.at(row) || "").toLowerCase().includes(wanted)),
  };
}

// Fills the form; `rows` of what it gives are those that pass now, and `changed` is called when they may be others.
function filtersOf(designs, form, changed) {
  const made = (kind, filterOf) =>
    designs.columns
      .filter((column) => column.kind === kind)
      .map((column) => filterOf(designs, column))
      .filter((filter) => filter !== null);
  const read = designs.columns.filter((column) => column.kind === "text" && !column.number);
  const [ticked, ranges] = [made("choice", choices), made("figure", ends)];
  const searches = read.length ? [textSearch(read)] : [];
  const shown = (filters) => filters.map((filter) => filter.shown);
  form.append(...shown(ticked), ...shown(searches));
  if (ranges.length) {
    form.append(make("details", {}, make("summary", {}, "Ranges"), make("div", {}, ...shown(ranges))));
  }
  const frontOnly = make("input", { type: "checkbox", id: "front-only" });
  form.append(
    make("label", {}, frontOnly, "only what is on a front"),
    make("button", { type: "reset" }, "Show all"),
  );
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => event.preventDefault());
  const filters = [...ticked, ...ranges, ...searches];
  return {
    rows: () => {
      filters.forEach((filter) => filter.prepare());
      return designs.rows.filter((row) => filters.every((filter) => filter.passes(row)));
    },
    isFrontOnly: () => frontOnly.checked,
  };
}
