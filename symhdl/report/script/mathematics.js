// The mathematics of a design over the reals, in double precision: what the hardware comes near to.

const TINY = 2 ** -60;

// erf by its series, erfc by its continued fraction from below, where each is good to the last digits.
function erf(x) {
  if (Math.abs(x) > 2) {
    return Math.sign(x) * (1 - erfc(Math.abs(x)));
  }
  let term = x;
  let total = x;
  for (let k = 1; Math.abs(term) > TINY * Math.abs(total); k += 1) {
    term *= (-x * x) / k;
    total += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}
function erfc(x) {
  if (x < 2) {
    return 1 - erf(x);
  }
  let fraction = 0;
  for (let k = 120; k > 0; k -= 1) {
    fraction = k / 2 / (x + fraction);
  }
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

const sigmoid = (x) => {
  const small = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : small) / (1 + small);
};
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const inside = (compute, holds) => (...values) => (holds(...values) ? compute(...values) : NaN);
const yes = (compute) => (...values) => (values.some(Number.isNaN) ? NaN : Number(compute(...values)));
const positive = (x) => x > 0;
const reduced = (choose) => (...values) => (values.some(Number.isNaN) ? NaN : choose(...values));

const FUNCTIONS = {
  PI: () => Math.PI,
  E: () => Math.E,
  ADD: (...terms) => terms.reduce((a, b) => a + b),
  SUBTRACT: (a, b) => a - b,
  MULTIPLY: (a, b) => a * b,
  DIVIDE: inside((a, b) => a / b, (_, b) => b !== 0),
  NEGATE: (a) => -a,
  POWER: inside((a, b) => a ** b, (a, b) => a !== 0 || b >= 0),
  INVERSE: inside((a) => 1 / a, (a) => a !== 0),
  SQUARE: (a) => a * a,
  CUBE: (a) => a * a * a,
  SQUARE_ROOT: Math.sqrt,
  CUBE_ROOT: Math.cbrt,
  HYPOTENUSE: Math.hypot,
  EXP: Math.exp,
  EXP2: (a) => 2 ** a,
  EXPM1: Math.expm1,
  LOG: inside(Math.log, positive),
  LOG2: inside(Math.log2, positive),
  LOG10: inside(Math.log10, positive),
  LOG1P: inside(Math.log1p, (a) => a > -1),
  SIN: Math.sin,
  COS: Math.cos,
  TAN: Math.tan,
  ASIN: Math.asin,
  ACOS: Math.acos,
  ATAN: Math.atan,
  ATAN2: inside((y, x) => Math.atan2(y + 0, x + 0), (y, x) => y !== 0 || x !== 0),
  SINH: Math.sinh,
  COSH: Math.cosh,
  TANH: Math.tanh,
  ASINH: Math.asinh,
  ACOSH: Math.acosh,
  ATANH: inside(Math.atanh, (a) => Math.abs(a) < 1),
  ERF: erf,
  ERFC: erfc,
  SIGMOID: sigmoid,
  RELU: (a) => Math.max(a, 0),
  SOFTPLUS: softplus,
  GELU: (a) => (a / 2) * erfc(-a / Math.SQRT2),
  SILU: (a) => a * sigmoid(a),
  ELU: (a) => (a < 0 ? Math.expm1(a) : a),
  MISH: (a) => a * Math.tanh(softplus(a)),
  LOGIT: inside((a) => Math.log(a / (1 - a)), (a) => a > 0 && a < 1),
  GAUSS: (a) => Math.exp(-a * a),
  SINC: (a) => (a === 0 ? 1 : Math.sin(a) / a),
  ABSOLUTE: Math.abs,
  SIGN: Math.sign,
  FLOOR: Math.floor,
  CEIL: Math.ceil,
  ROUND: (a) => Math.floor(a + 0.5),
  MODULO: inside((a, b) => a - b * Math.floor(a / b), (_, b) => b !== 0),
  MINIMUM: Math.min,
  MAXIMUM: Math.max,
  CLAMP: (a, low, high) => Math.min(Math.max(a, low), high),
  ARGMAX: reduced((...values) => values.indexOf(Math.max(...values))),
  LESS: yes((a, b) => a < b),
  LESS_EQUAL: yes((a, b) => a <= b),
  EQUAL: yes((a, b) => a === b),
  NOT: yes((a) => a === 0),
  AND: yes((a, b) => a !== 0 && b !== 0),
  OR: yes((a, b) => a !== 0 || b !== 0),
  SELECT: (condition, a, b) => (Number.isNaN(condition) ? NaN : condition !== 0 ? a : b),
};

// What decides, or jumps: values that are off by little decide alike, but next to where they jump.
const JUMPS = new Set(
  ["SIGN", "FLOOR", "CEIL", "ROUND", "MODULO", "ARGMAX", "LESS", "LESS_EQUAL", "EQUAL", "NOT", "AND", "OR"],
);
const ROUNDED = 2 ** -50; // of a value, what an operation on doubles may be off by

// What each of the values of all nodes may be off by, about, for being computed in doubles.
function resolutions(nodes, values) {
  const found = [];
  nodes.forEach(([operation, operands], node) => {
    const compute = FUNCTIONS[operation];
    if (!compute || JUMPS.has(operation)) {
      found.push(0);
      return;
    }
    const apart = operands.map((_, place) => {
      const moved = operands.map((operand, k) => values[operand] + (k === place ? found[operand] : 0));
      return Math.abs(compute(...moved) - values[node]) || 0; // nothing where that has no value
    });
    found.push(apart.reduce((a, b) => a + b, Math.abs(values[node]) * ROUNDED));
  });
  return found;
}

// The values of all nodes `[operation, operands, number]`; that of an input is the number of its port.
function evaluate(nodes, inputs) {
  const values = [];
  nodes.forEach(([operation, operands, number]) => {
    if (operation === "INPUT") {
      values.push(inputs[number]);
    } else if (operation === "CONSTANT") {
      values.push(number === null ? NaN : number);
    } else {
      const compute = FUNCTIONS[operation];
      values.push(compute ? compute(...operands.map((operand) => values[operand])) : NaN);
    }
  });
  return values;
}
