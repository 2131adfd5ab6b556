// A weighted sum of inputs, two elements at a time: a word holds two elements of a 16-bit format.

// Elements, threads and pairs of a block; one workgroup computes one block.
const BLOCK = 4096u;
const THREADS = 256u;
const PAIRS = 2048u;

struct Input {
	dtype: u32,
	// The first word of its elements.
	start: u32,
	// The bits of a float32.
	weight: u32,
	unused: u32,
}

struct Job {
	elements: u32,
	// Of the result.
	dtype: u32,
	inputs: u32,
	unused: u32,
	list: array<Input, 8>,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;

// The pair of elements that begins at element 2·pair, as float32.
fn load(input: Input, pair: u32) -> vec2u {
	if (input.dtype == F32) {
		let at = input.start + 2u * pair;
		return vec2u(inputs[at], inputs[at + 1u]);
	}
	let word = inputs[input.start + pair];
	if (input.dtype == BF16) {
		return vec2u(word << 16u, word & 0xffff0000u);
	}
	return vec2u(widen_f16(word & 0xffffu), widen_f16(word >> 16u));
}

// w0·x0, then one product after another added to it, in input order; each product and each sum is
// rounded to float32 by itself.
fn weighted_sum(pair: u32) -> vec2u {
	let first = job.list[0];
	let x = load(first, pair);
	var sum = vec2u(multiply(first.weight, x.x), multiply(first.weight, x.y));
	for (var i = 1u; i < job.inputs; i++) {
		let input = job.list[i];
		let x = load(input, pair);
		sum = vec2u(
			multiply_add(input.weight, x.x, sum.x),
			multiply_add(input.weight, x.y, sum.y),
		);
	}
	return vec2u(narrow(job.dtype, sum.x), narrow(job.dtype, sum.y));
}

fn multiply_add(weight: u32, x: u32, sum: u32) -> u32 {
	return add(sum, multiply(weight, x));
}
