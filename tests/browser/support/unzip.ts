/** Reads a zip of stored files, and fails where its directory, sizes or checksums do not agree. */
import { crc32 } from 'node:zlib';

const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;

/** Path -> content. */
export function unzip(zip: Buffer): Map<string, Buffer> {
	const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
	if (end < 0 || zip.readUInt32LE(end) !== DIRECTORY_END) throw new Error('This is no zip.');
	const count = zip.readUInt16LE(end + 10);
	const files = new Map<string, Buffer>();
	let place = zip.readUInt32LE(end + 16);
	for (let i = 0; i < count; i++) {
		if (zip.readUInt32LE(place) !== DIRECTORY_ENTRY) throw new Error('The directory is damaged.');
		const method = zip.readUInt16LE(place + 10);
		const [crc, packed, size] = [16, 20, 24].map((at) => zip.readUInt32LE(place + at));
		const [name, extra, comment] = [28, 30, 32].map((at) => zip.readUInt16LE(place + at));
		const start = zip.readUInt32LE(place + 42);
		if (crc === undefined || packed === undefined || size === undefined) throw new Error('short');
		if (name === undefined || extra === undefined || comment === undefined)
			throw new Error('short');
		const path = zip.toString('utf8', place + 46, place + 46 + name);
		if (method !== 0 || packed !== size) throw new Error(`${path} is compressed.`);
		const content = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
		const bytes = zip.subarray(content, content + size);
		if (crc32(bytes) !== crc) throw new Error(`${path} has another checksum.`);
		files.set(path, bytes);
		place += 46 + name + extra + comment;
	}
	return files;
}
