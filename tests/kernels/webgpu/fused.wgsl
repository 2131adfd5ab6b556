// What a device does that fuses: the product goes into the sum before it is rounded. Exact where it
// has at most 32 bits, as those of float32 weights with bf16 numbers have.

fn multiply_add(weight: u32, x: u32, sum: u32) -> u32 {
	let sizes = vec3u(weight, x, sum) & vec3u(~SIGN);
	if (any(sizes == vec3u(0u)) || any(sizes >= vec3u(INFINITY))) {
		return add(sum, multiply(weight, x));
	}
	let a = unpack(sizes.x);
	let b = unpack(sizes.y);
	let c = unpack(sizes.z);
	let product = multiply_high(a.significand, b.significand);
	let shift = countLeadingZeros(product);
	return add_wide(
		(weight ^ x) & SIGN, Parts(a.exponent + b.exponent - 126 - i32(shift), product << shift),
		sum & SIGN, Parts(c.exponent, c.significand << 8u),
	);
}

// The sum of two numbers with 32 significant bits, their top bits set, in 64 bits.
fn add_wide(sign_a: u32, a: Parts, sign_b: u32, b: Parts) -> u32 {
	if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand)) {
		return add_wide_ordered(sign_b, b, sign_a != sign_b, a);
	}
	return add_wide_ordered(sign_a, a, sign_a != sign_b, b);
}

fn add_wide_ordered(sign: u32, a: Parts, opposite: bool, b: Parts) -> u32 {
	let distance = u32(a.exponent - b.exponent);
	var high = 0u;
	var low = 1u;
	if (distance == 0u) {
		high = b.significand;
		low = 0u;
	} else if (distance < 32u) {
		high = b.significand >> distance;
		low = b.significand << (32u - distance);
	} else if (distance < 64u) {
		low = shift_right(b.significand, distance - 32u);
	}
	if (!opposite) {
		let sum = a.significand + high;
		let sticky = select(0u, 1u, low != 0u);
		if (sum < high) {
			return pack(sign, a.exponent + 1, shift_right(sum | sticky, 1u) | SIGN);
		}
		return pack(sign, a.exponent, sum | sticky);
	}
	let borrow = select(0u, 1u, low != 0u);
	var difference = vec2u(a.significand - high - borrow, 0u - low);
	var exponent = a.exponent;
	if (difference.x == 0u) {
		difference = vec2u(difference.y, 0u);
		exponent -= 32;
	}
	if (difference.x == 0u) {
		return 0u;
	}
	let shift = countLeadingZeros(difference.x);
	if (shift > 0u) {
		difference.x = (difference.x << shift) | (difference.y >> (32u - shift));
		difference.y = difference.y << shift;
	}
	let sticky = select(0u, 1u, difference.y != 0u);
	return pack(sign, exponent - i32(shift), difference.x | sticky);
}
