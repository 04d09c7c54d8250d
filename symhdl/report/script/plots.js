// What plots are made of: elements, marks, and scales with round numbers along them.

const SVG = "http://www.w3.org/2000/svg";
const GUTTER = 16, LEAST_RATIO = 3; // where logarithms begin to serve

// An element; a child that is a string stays text.
function make(tag, attributes, ...children) {
  const found = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => found.setAttribute(name, value));
  found.append(...children);
  return found;
}
function draw(tag, attributes, text) {
  const found = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => found.setAttribute(name, value));
  if (text !== undefined) {
    found.textContent = text;
  }
  return found;
}
function words(value) {
  if (value === null || value === undefined) {
    return "";
  }
  if (typeof value !== "number" || Number.isInteger(value)) {
    return String(value);
  }
  const short = Number(value.toPrecision(4));
  return Math.abs(short) < 1e-3 ? short.toExponential() : String(short);
}
const compared = (a, b) =>
  typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });

const SHAPES = [
  (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
  (x, y, r) => `M${x} ${y - 1.2 * r}l${1.2 * r} ${2.1 * r}h${-2.4 * r}z`,
  (x, y, r) => `M${x} ${y - 1.3 * r}l${1.3 * r} ${1.3 * r}l${-1.3 * r} ${1.3 * r}l${-1.3 * r} ${-1.3 * r}z`,
  (x, y, r) => `M${x} ${y + 1.2 * r}l${1.2 * r} ${-2.1 * r}h${-2.4 * r}z`,
  (x, y, r) => `M${x - 0.4 * r} ${y - 1.2 * r}h${0.8 * r}v${0.8 * r}h${0.8 * r}v${0.8 * r}h${-0.8 * r}v${0.8 * r}h${-0.8 * r}v${-0.8 * r}h${-0.8 * r}v${-0.8 * r}h${0.8 * r}z`,
  (x, y, r) => `M${x - r} ${y - 1.2 * r}h${2 * r}l${-2 * r} ${2.4 * r}h${2 * r}z`,
];

// From numbers to pixels, with logarithms where numbers are far apart; zeros then stand below the least.
function scaleOf(column, rows, start, end) {
  const values = rows.map((row) => column.values[row]);
  const positive = values.filter((value) => value > 0);
  let low = values.reduce((a, b) => Math.min(a, b), Infinity);
  let high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const least = positive.reduce((a, b) => Math.min(a, b), Infinity);
  const isLog = low >= 0 && high / least >= LEAST_RATIO;
  if (!isLog) {
    const margin = (high - low) * 0.04 || Math.abs(high) * 0.1 || 1;
    [low, high] = [low - margin, high + margin];
    const at = (value) => start + ((value - low) / (high - low)) * (end - start);
    return { at, ticks: roundNumbers(low, high).map((value) => [value, at(value)]) };
  }
  const sign = Math.sign(end - start);
  const first = positive.length < values.length ? start + sign * GUTTER : start;
  const margin = Math.log(high / least) * 0.04;
  const [from, to] = [Math.log(least) - margin, Math.log(high) + margin];
  const at = (value) =>
    value > 0 ? first + ((Math.log(value) - from) / (to - from)) * (end - first) : start + sign * 4;
  const ticks = decades(Math.exp(from), Math.exp(to)).map((value) => [value, at(value)]);
  return { at, ticks: first === start ? ticks : [[0, at(0)], ...ticks] };
}
function roundNumbers(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((each) => each * power >= rough * (1 - 1e-9)) * power;
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}
function decades(low, high) {
  const count = Math.log10(high / low);
  const factors = count < 1.5 ? [1, 2, 3, 5] : count < 3 ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil(count / 7));
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    factors.forEach((factor) => {
      const value = Number(`${factor}e${power}`);
      if (low <= value && value <= high && power % every === 0) {
        found.push(value);
      }
    });
  }
  return found.length > 1 ? found : roundNumbers(low, high);
}
