// Starts the page: unpacks what is packed, and connects its parts.

function begin(text) {
  const design = designOf(JSON.parse(text));
  let changed = () => {};
  const page = live(design, () => changed());
  changed = errorsOver(design, page);
  changed();
  stages();
  links();
  document.documentElement.dataset.ready = performance.now().toFixed(0); // ms since it was opened
}

async function unpackAll(folded) {
  for (const place of folded) {
    place.innerHTML = await unpacked(place.dataset.packed);
    place.removeAttribute("data-packed");
  }
}

function start() {
  const [holder, folded] = [byId("design"), all("[data-packed]")];
  const isPacked = holder.type !== "application/json";
  const text = holder.textContent;
  if (!isPacked && !folded.length) {
    begin(text);
  } else if (typeof DecompressionStream !== "undefined") {
    unpackAll(folded)
      .then(() => (isPacked ? unpacked(text) : text))
      .then(begin);
  } else {
    folded.forEach((place) => {
      place.textContent = "This browser cannot unpack what stands here; it is in the folder of the design.";
    });
    if (isPacked) {
      byId("told-node").textContent = "This browser is too old to run a design of this size.";
    } else {
      begin(text);
    }
  }
}

start();
