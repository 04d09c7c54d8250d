// The designs of a page by columns, and the shape and colour that each class has.

const COLOURS = 8;

function designsOf(told) {
  const columns = told.columns.map((column) => ({
    ...column,
    at: column.number
      ? (row) => column.values[row]
      : (row) => column.texts[column.values[row]],
  }));
  const named = new Map(columns.map((column) => [column.name, column]));
  const [classes, device, status] = ["class", "device", "status"].map((name) => named.get(name));
  const classOf = classes ? (row) => classes.values[row] : () => 0;
  return {
    columns,
    named,
    classOf,
    rows: Array.from({ length: told.count }, (_, row) => row),
    chosen: new Set(told.chosen),
    contestOf: (row) => `${classOf(row)} ${device ? device.values[row] : ""}`, // whose rows beat each other
    isMade: (row) => !status || status.at(row) !== "failed",
    linkOf: (row) => {
      const path = told.pages[row];
      return path === undefined ? [] : [make("a", { href: path }, "its page")];
    },
  };
}

const shape = (group, x, y, r) => SHAPES[group % SHAPES.length](x, y, r);
function markOf(group) {
  const found = draw("svg", { class: "mark", width: 14, height: 14, "aria-hidden": "true" });
  found.append(draw("path", { class: `fill${group % COLOURS}`, d: shape(group, 7, 7, 4.5) }));
  return found;
}

function grouped(rows, groupOf) {
  const groups = new Map();
  rows.forEach((row) => {
    const group = groupOf(row);
    groups.has(group) ? groups.get(group).push(row) : groups.set(group, [row]);
  });
  return [...groups.values()];
}

// For each class and device its rows that no other one beats on both axes, from the best on the first on.
function frontsOf(designs, rows, x, y) {
  const [signX, signY] = [x, y].map((column) => (column.high ? -1 : 1));
  return grouped(rows, designs.contestOf).map((members) => {
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
