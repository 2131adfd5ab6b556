// How the weighted sum differs from expected elements: ten numbers for each block.

@group(0) @binding(2) var<storage, read> expected: array<u32>;

struct Counts {
	// Distances 0, 1, 2, 3-4, 5-8, 9-16 and beyond.
	histogram: array<u32, 7>,
	sign_of_zero: u32,
	max_ulp: u32,
	// Within the block; the first of the worst.
	worst_index: u32,
}

@group(0) @binding(3) var<storage, read_write> blocks: array<Counts>;

var<workgroup> histogram: array<atomic<u32>, 7>;
var<workgroup> sign_of_zero: atomic<u32>;
var<workgroup> max_ulp: atomic<u32>;
var<workgroup> worst_index: atomic<u32>;

const NAN_DISTANCE = 0xffffffffu;

fn magnitude_mask() -> u32 {
	return select(0x7fffu, 0x7fffffffu, job.dtype == F32);
}

fn infinity() -> u32 {
	if (job.dtype == F16) {
		return 0x7c00u;
	}
	return select(0x7f80u, INFINITY, job.dtype == F32);
}

// The distance in units in the last place. Without its sign, a float's bits are an integer in the
// order of the floats.
fn distance_of(a: u32, b: u32) -> u32 {
	let size_a = a & magnitude_mask();
	let size_b = b & magnitude_mask();
	let nan_a = size_a > infinity();
	let nan_b = size_b > infinity();
	if (nan_a || nan_b) {
		return select(NAN_DISTANCE, 0u, nan_a && nan_b);
	}
	if ((a > magnitude_mask()) != (b > magnitude_mask())) {
		return size_a + size_b;
	}
	return max(size_a, size_b) - min(size_a, size_b);
}

// The bin of a distance that is not 0.
fn bin_of(distance: u32) -> u32 {
	if (distance > 16u) {
		return 6u;
	}
	// 1, 2, 3-4, 5-8, 9-16: one more than the bits of the number before.
	return 33u - countLeadingZeros(distance - 1u);
}

fn load_expected(pair: u32) -> vec2u {
	if (job.dtype == F32) {
		return vec2u(expected[2u * pair], expected[2u * pair + 1u]);
	}
	let word = expected[pair];
	return vec2u(word & 0xffffu, word >> 16u);
}

@compute @workgroup_size(THREADS)
fn compare(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
	if (thread == 0u) {
		atomicStore(&worst_index, BLOCK);
	}
	var equal = 0u;
	var worst = 0u;
	var worst_at = 0u;
	for (var i = thread; i < PAIRS; i += THREADS) {
		let pair = group.x * PAIRS + i;
		if (2u * pair >= job.elements) {
			break;
		}
		let ours = weighted_sum(pair);
		let theirs = load_expected(pair);
		for (var lane = 0u; lane < 2u; lane++) {
			if (2u * pair + lane >= job.elements) {
				break;
			}
			let distance = distance_of(theirs[lane], ours[lane]);
			if (distance != 0u) {
				atomicAdd(&histogram[bin_of(distance)], 1u);
			} else {
				equal++;
				let zeros = ((theirs[lane] | ours[lane]) & magnitude_mask()) == 0u;
				if (zeros && theirs[lane] != ours[lane]) {
					atomicAdd(&sign_of_zero, 1u);
				}
			}
			if (distance > worst) {
				worst = distance;
				worst_at = 2u * i + lane;
			}
		}
	}
	atomicAdd(&histogram[0], equal);
	atomicMax(&max_ulp, worst);
	workgroupBarrier();
	if (worst != 0u && worst == atomicLoad(&max_ulp)) {
		atomicMin(&worst_index, worst_at);
	}
	workgroupBarrier();
	if (thread == 0u) {
		write(group.x);
	}
}

fn write(block: u32) {
	for (var bin = 0u; bin < 7u; bin++) {
		blocks[block].histogram[bin] = atomicLoad(&histogram[bin]);
	}
	blocks[block].sign_of_zero = atomicLoad(&sign_of_zero);
	let ulp = atomicLoad(&max_ulp);
	blocks[block].max_ulp = ulp;
	blocks[block].worst_index = select(0u, atomicLoad(&worst_index), ulp != 0u);
}
