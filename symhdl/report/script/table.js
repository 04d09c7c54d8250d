// The table of the designs, which sorts.

const AT_ONCE = 100;

// Fills the table; `look` is told the design at the pointer or the focus, and `drawn` is called after lines were added.
function tableOf(designs, first, { look, drawn }) {
  const { columns, chosen, classOf, linkOf } = designs;
  const [head, lines] = ["thead", "tbody"].map((tag) => document.querySelector(`#designs ${tag}`));
  const more = byId("more");
  let sorted = [];
  let wanted = AT_ONCE;
  let order = { column: first, sign: 1 };

  const lineOf = (row) => lines.querySelector(`tr[data-row="${row}"]`);
  const cellClass = (column) => (column.number ? "number" : "told");
  const headers = columns.map((column) => {
    const button = make("button", { type: "button" }, column.label);
    button.addEventListener("click", () => {
      order = { column, sign: order.column === column ? -order.sign : 1 };
      show(sorted);
    });
    return make("th", { class: cellClass(column), scope: "col" }, button);
  });
  head.append(make("tr", {}, make("th", {}, make("span", { class: "quiet" }, "")), ...headers));

  function show(rows) {
    const { column, sign } = order;
    wanted = AT_ONCE;
    sorted = rows;
    if (!column) {
      return; // nothing is known of any design
    }
    headers.forEach((header) => header.removeAttribute("aria-sort"));
    headers[columns.indexOf(column)].setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const isKnown = (row) => words(column.at(row)) !== "";
    const known = rows.filter(isKnown);
    known.sort((a, b) => sign * compared(column.at(a), column.at(b)) || a - b);
    sorted = [...known, ...rows.filter((row) => !isKnown(row)).sort((a, b) => a - b)];
    lines.replaceChildren();
    showMore();
  }
  function showMore() {
    const start = lines.childElementCount;
    lines.append(...sorted.slice(start, wanted).map((row) => {
      const cells = columns.map((column) => make("td", { class: cellClass(column) }, words(column.at(row))));
      const marks = make("td", {}, markOf(classOf(row)), ...(chosen.has(row) ? ["★"] : []), " ", ...linkOf(row));
      return make("tr", { "data-row": row, tabindex: "0" }, marks, ...cells);
    }));
    more.hidden = lines.childElementCount >= sorted.length;
    drawn();
  }
  more.addEventListener("click", () => {
    wanted += 5 * AT_ONCE;
    showMore();
  });
  const rowAt = (event) => event.target.closest("tr[data-row]");
  ["pointerover", "focusin"].forEach((kind) =>
    lines.addEventListener(kind, (event) => {
      const line = rowAt(event);
      look(line ? Number(line.dataset.row) : null);
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
  return {
    show,
    mark: (row) => {
      lines.querySelectorAll("tr.linked").forEach((line) => line.classList.remove("linked"));
      const line = lineOf(row);
      if (line) {
        line.classList.add("linked");
      }
    },
    go: (row) => {
      wanted = Math.max(wanted, sorted.indexOf(row) + 1);
      showMore();
      const line = lineOf(row);
      if (line) {
        line.focus();
      }
    },
  };
}
