// The weighted sum, written out.

@group(0) @binding(2) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(THREADS)
fn combine(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
	for (var i = thread; i < PAIRS; i += THREADS) {
		let pair = group.x * PAIRS + i;
		if (2u * pair >= job.elements) {
			return;
		}
		let bits = weighted_sum(pair);
		if (job.dtype == F32) {
			output[2u * pair] = bits.x;
			output[2u * pair + 1u] = bits.y;
		} else {
			output[pair] = bits.x | (bits.y << 16u);
		}
	}
}
