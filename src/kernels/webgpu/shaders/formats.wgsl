// The 16-bit formats, to float32 and back. Widening is exact; narrowing rounds to nearest, ties to
// even, and writes every NaN as the format's canonical one.

const F32 = 0u;
const F16 = 1u;
const BF16 = 2u;

fn widen_f16(bits: u32) -> u32 {
	let sign = (bits & 0x8000u) << 16u;
	let magnitude = bits & 0x7fffu;
	if (magnitude == 0u) {
		return sign;
	}
	if (magnitude >= 0x7c00u) {
		return sign | INFINITY | (magnitude << 13u);
	}
	if (magnitude >= 0x0400u) {
		return sign | ((magnitude << 13u) + (112u << 23u));
	}
	// A subnormal is magnitude × 2^-24: its leading one becomes the implicit bit.
	let shift = countLeadingZeros(magnitude) - 8u;
	return sign | (((magnitude << shift) & FRACTION) + ((126u - shift) << 23u));
}

fn narrow_f16(bits: u32) -> u32 {
	let sign = (bits >> 16u) & 0x8000u;
	let magnitude = bits & ~SIGN;
	if (magnitude > INFINITY) {
		return 0x7e00u;
	}
	// 2^16: beyond the largest finite f16 even before rounding.
	if (magnitude >= 0x47800000u) {
		return sign | 0x7c00u;
	}
	// 2^-14, the smallest normal f16.
	if (magnitude >= 0x38800000u) {
		return sign | round_shift(magnitude - (112u << 23u), 13u);
	}
	// 2^-25 is half of the smallest subnormal and rounds to the even zero.
	if (magnitude <= 0x33000000u) {
		return sign;
	}
	return sign | round_shift((magnitude & FRACTION) | IMPLICIT, 126u - (magnitude >> 23u));
}

fn narrow_bf16(bits: u32) -> u32 {
	if ((bits & ~SIGN) > INFINITY) {
		return 0x7fc0u;
	}
	return round_shift(bits, 16u);
}

// The bits of a float32 in another format.
fn narrow(dtype: u32, bits: u32) -> u32 {
	if (dtype == BF16) {
		return narrow_bf16(bits);
	}
	if (dtype == F16) {
		return narrow_f16(bits);
	}
	return select(bits, NAN, (bits & ~SIGN) > INFINITY);
}
