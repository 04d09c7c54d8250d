// Numbers: integers with a binary point, as reals and as people read them, and the bits that they take.

const clamped = (value, [low, high]) => (value < low ? low : value > high ? high : value);
const bitLength = (integer) => (integer === 0n ? 0 : integer.toString(2).length);

// integer * 2**-fraction as the double next to it, or nearly so.
function double(integer, fraction) {
  const sign = integer < 0n ? -1 : 1;
  const size = integer < 0n ? -integer : integer;
  const dropped = Math.max(0, bitLength(size) - 64);
  return sign * Number(size >> BigInt(dropped)) * 2 ** (dropped - fraction);
}

// integer * 2**-fraction for people, in eight digits; as it is where a double does not hold it.
function real(integer, fraction) {
  const number = double(integer, fraction);
  const fits = Number.isFinite(number) && (number !== 0 || integer === 0n);
  return fits ? String(Number(number.toPrecision(8))) : `${integer} / 2^${fraction}`;
}

// A number in few digits.
function short(number, digits = 3) {
  return Number.isFinite(number) ? String(Number(number.toPrecision(digits)) + 0) : "none";
}

// The bits of the narrowest format that holds a range, its sign among them.
function widthOf([low, high]) {
  if (low >= 0n) {
    return bitLength(high) || 1;
  }
  return Math.max(bitLength(-low - 1n), high < 0n ? bitLength(-high - 1n) : bitLength(high)) + 1;
}
