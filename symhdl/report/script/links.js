// What belongs to one node stands out everywhere, under the pointer or at the keyboard's focus: in the table, the
// pipeline, the graph, the source and the generated text. Arrows go through one of them, Enter to the next one.

const PANES = "[data-pane]";

// What the line at the foot of the page tells of a row of the table.
function wordsOf(row) {
  const { node } = row.dataset;
  const [name, value, error, format] = [
    row.firstElementChild,
    byId(`value${node}`),
    byId(`error${node}`),
    byId(`format${node}`),
  ].map((place) => (place ? place.textContent : ""));
  const facts = [value && `is ${value}`, error && `off by ${error}`, format].filter(Boolean);
  return facts.length ? `${name}: ${facts.join(", ")}` : name;
}

function links() {
  const places = new Map();
  all("[data-node]").forEach((place) => {
    const { node } = place.dataset;
    places.set(node, [...(places.get(node) || []), place]);
  });
  let marked = [];
  const mark = (place) => {
    marked.forEach((other) => other.classList.remove("linked"));
    marked = place ? places.get(place.dataset.node) || [] : [];
    marked.forEach((other) => other.classList.add("linked"));
    const row = marked.find((other) => other.tagName === "TR");
    byId("told-node").textContent = row ? wordsOf(row) : "";
  };
  // Each pane that scrolls by itself shows the first place that is marked.
  const reveal = (place) => {
    const seen = new Set([place.closest(PANES)]);
    marked.forEach((other) => {
      const pane = other.closest(PANES);
      if (pane && !seen.has(pane) && pane.dataset.pane === "text") {
        const [inner, outer] = [other.getBoundingClientRect(), pane.getBoundingClientRect()];
        pane.scrollTop += inner.top - outer.top - pane.clientHeight / 3;
      }
      seen.add(pane);
    });
  };
  const go = (place) => {
    if (place) {
      place.setAttribute("tabindex", "-1");
      place.focus();
    }
  };
  const near = (event) => event.target.closest && event.target.closest("[data-node]");
  document.addEventListener("pointerover", (event) => mark(near(event)));
  document.addEventListener("focusin", (event) => {
    const place = near(event);
    mark(place);
    if (place) {
      reveal(place);
    }
  });
  document.addEventListener("click", (event) => {
    const place = near(event);
    if (place) {
      mark(place);
      reveal(place);
    }
  });
  const among = (place) => [...place.closest(PANES).querySelectorAll("[data-node]")];
  const ways = {
    ArrowDown: (place, others) => others[others.indexOf(place) + 1],
    ArrowUp: (place, others) => others[others.indexOf(place) - 1],
    Home: (_, others) => others[0],
    End: (_, others) => others[others.length - 1],
    Enter: (place) => {
      const panes = all(PANES);
      const start = panes.indexOf(place.closest(PANES));
      const order = [...panes.slice(start + 1), ...panes.slice(0, start)];
      const found = order.map((pane) => pane.querySelector(`[data-node="${place.dataset.node}"]`));
      return found.find(Boolean);
    },
  };
  document.addEventListener("keydown", (event) => {
    const place = near(event);
    if (place && event.target === place && event.key in ways) {
      event.preventDefault();
      go(ways[event.key](place, among(place)));
    }
  });
}
