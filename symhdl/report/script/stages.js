// A sample on its way through the pipeline: what is at work in one stage, and the values that are there by then.

const STAGE_MS = 700;

function stages() {
  const stage = byId("stage");
  if (!stage) {
    return;
  }
  const drawing = byId("pipeline");
  const [left, top, step, height] = ["left", "top", "step", "height"].map((name) =>
    Number(drawing.dataset[name]),
  );
  const curtains = ["before", "behind"].map((kind) => drawn(drawing, "path", `curtain-${kind}`));
  const end = left + (Number(stage.max) + 1) * step;
  const veil = (from, to) => `M${from} ${top}H${to}V${height}H${from}z`;
  const values = all("#pipeline [data-done]");
  const told = byId("told-stage");
  const show = () => {
    const now = Number(stage.value);
    const playing = now >= 0;
    const start = left + now * step;
    curtains[0].setAttribute("d", playing ? veil(left, start) : "");
    curtains[1].setAttribute("d", playing ? veil(start + step, end) : "");
    values.forEach((value) => value.classList.toggle("waiting", playing && Number(value.dataset.done) > now));
    told.textContent = playing ? `stage ${now}` : "all stages";
    stage.setAttribute("aria-valuetext", told.textContent);
    if (playing) {
      drawing.parentElement.scrollLeft = start - drawing.parentElement.clientWidth / 2;
    }
  };
  let timer = null;
  const pause = () => {
    clearInterval(timer);
    timer = null;
    byId("play").textContent = "Play";
  };
  stage.addEventListener("input", () => {
    pause();
    show();
  });
  byId("play").addEventListener("click", () => {
    if (timer !== null) {
      pause();
      return;
    }
    byId("play").textContent = "Stop";
    stage.value = "0";
    show();
    timer = setInterval(() => {
      const next = Number(stage.value) + 1;
      stage.value = String(next > Number(stage.max) ? -1 : next);
      show();
      if (stage.value === "-1") {
        pause();
      }
    }, STAGE_MS);
  });
  show();
}
