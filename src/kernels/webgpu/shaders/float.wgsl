// IEEE 754 binary32 in integers: bits go in, bits come out, rounded to nearest, ties to even.
// Subnormals, infinities and signed zeros are kept; every NaN comes out as NAN. No value in this file
// is a float, because a device may fuse, reorder and flush those as it likes.

const SIGN = 0x80000000u;
const INFINITY = 0x7f800000u;
const NAN = 0x7fc00000u;
const FRACTION = 0x007fffffu;
const IMPLICIT = 0x00800000u;

// `bits >> shift`, with a one in the lowest place where ones were shifted out. Any shift.
fn shift_right(bits: u32, shift: u32) -> u32 {
	if (shift == 0u) {
		return bits;
	}
	if (shift > 31u) {
		return select(0u, 1u, bits != 0u);
	}
	return (bits >> shift) | select(0u, 1u, (bits << (32u - shift)) != 0u);
}

// `bits >> shift` rounded to nearest, ties to even; `shift` from 1 to 31, no carry out of 32 bits.
fn round_shift(bits: u32, shift: u32) -> u32 {
	let kept = bits >> shift;
	let rest = bits << (32u - shift);
	let up = rest > SIGN || (rest == SIGN && (kept & 1u) == 1u);
	return kept + select(0u, 1u, up);
}

// The float nearest to significand × 2^(exponent - 158), the significand's top bit being set. An
// exponent from 1 to 254 is the one that a normal float has in its bits.
fn pack(sign: u32, exponent: i32, significand: u32) -> u32 {
	if (exponent > 254) {
		return sign | INFINITY;
	}
	if (exponent < 1) {
		return sign | round_shift(shift_right(significand, u32(1 - exponent)), 8u);
	}
	// The top bit adds one to the exponent; a carry out of the fraction adds another.
	return sign | ((u32(exponent - 1) << 23u) + round_shift(significand, 8u));
}

// A finite float's exponent, and its significand with the top bit at 23. Not for zero.
struct Parts {
	exponent: i32,
	significand: u32,
}

fn unpack(magnitude: u32) -> Parts {
	if (magnitude >= IMPLICIT) {
		return Parts(i32(magnitude >> 23u), (magnitude & FRACTION) | IMPLICIT);
	}
	let shift = countLeadingZeros(magnitude) - 8u;
	return Parts(1 - i32(shift), magnitude << shift);
}

// The upper 32 of the 48 bits of a product of two 24-bit numbers, and in the lowest place a one
// where any bit below is set.
fn multiply_high(a: u32, b: u32) -> u32 {
	let low = (a & 0xffffu) * (b & 0xffffu);
	let middle = (a & 0xffffu) * (b >> 16u) + (a >> 16u) * (b & 0xffffu) + (low >> 16u);
	let high = (((a >> 16u) * (b >> 16u)) << 16u) + middle;
	return high | select(0u, 1u, (low & 0xffffu) != 0u);
}

fn multiply(a: u32, b: u32) -> u32 {
	let sign = (a ^ b) & SIGN;
	let size_a = a & ~SIGN;
	let size_b = b & ~SIGN;
	if (size_a >= INFINITY || size_b >= INFINITY) {
		let invalid = size_a > INFINITY || size_b > INFINITY || size_a == 0u || size_b == 0u;
		return select(sign | INFINITY, NAN, invalid);
	}
	if (size_a == 0u || size_b == 0u) {
		return sign;
	}
	let x = unpack(size_a);
	let y = unpack(size_b);
	let product = multiply_high(x.significand, y.significand);
	let exponent = x.exponent + y.exponent - 126;
	// A product of numbers from 1 to 2 lies between 1 and 4.
	let shift = countLeadingZeros(product);
	return pack(sign, exponent - i32(shift), product << shift);
}

fn add(a: u32, b: u32) -> u32 {
	let swap = (b & ~SIGN) > (a & ~SIGN);
	let larger = select(a, b, swap);
	let smaller = select(b, a, swap);
	let size = larger & ~SIGN;
	let opposite = ((a ^ b) & SIGN) != 0u;
	if (size >= INFINITY) {
		let invalid = size > INFINITY || (opposite && (smaller & ~SIGN) == INFINITY);
		return select(larger, NAN, invalid);
	}
	if ((smaller & ~SIGN) == 0u) {
		// Two zeros give -0 only where both are; otherwise the larger is the sum.
		return select(larger, a & b, size == 0u);
	}
	let x = unpack(size);
	let y = unpack(smaller & ~SIGN);
	// Seven places below the last one: where bits are lost, the sum's top bit is at 29 or higher.
	let aligned = shift_right(y.significand << 7u, u32(x.exponent - y.exponent));
	let sum = (x.significand << 7u) + select(aligned, 0u - aligned, opposite);
	if (sum == 0u) {
		return 0u;
	}
	let shift = countLeadingZeros(sum);
	return pack(larger & SIGN, x.exponent + 1 - i32(shift), sum << shift);
}
