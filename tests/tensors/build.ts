/** A header object as JSON, for tests that break it. */
export function headerBytes(header: unknown): Uint8Array {
	return new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
}

/** A whole file: length prefix, header, and `dataLength` bytes 0, 1, 2, …. */
export function fileBytes(header: unknown, dataLength: number): Uint8Array {
	const json = headerBytes(header);
	const file = new Uint8Array(8 + json.byteLength + dataLength);
	new DataView(file.buffer).setBigUint64(0, BigInt(json.byteLength), true);
	file.set(json, 8);
	for (let i = 0; i < dataLength; i++) file[8 + json.byteLength + i] = i % 256;
	return file;
}

/** One entry of a header. */
export function entry(
	dtype: string,
	shape: readonly number[],
	begin: number,
	end: number,
): { dtype: string; shape: readonly number[]; data_offsets: readonly number[] } {
	return { dtype, shape, data_offsets: [begin, end] };
}
