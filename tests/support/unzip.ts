import { crc32 } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;

/**
 * The files of a zip whose entries are stored, not compressed (APPNOTE 6.3.10, §4.3), read by its
 * central directory. Throws where an entry is compressed or its CRC-32 does not match.
 */
export function unzip(bytes: Uint8Array): Map<string, Buffer> {
	const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let end = zip.length - 22;
	while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
	if (end < 0) throw new Error('This is no zip file.');
	const files = new Map<string, Buffer>();
	let at = zip.readUInt32LE(end + 16);
	for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
		if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('The directory is damaged.');
		const nameLength = zip.readUInt16LE(at + 28);
		const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
		if (zip.readUInt16LE(at + 10) !== 0) throw new Error(`${name} is compressed.`);
		const data = entryData(zip, zip.readUInt32LE(at + 42), zip.readUInt32LE(at + 20));
		if (crc32(data) !== zip.readUInt32LE(at + 16)) throw new Error(`${name} is damaged.`);
		files.set(name, data);
		at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
	}
	return files;
}

/** The bytes behind a local header, whose name and extra field may differ from the directory's. */
function entryData(zip: Buffer, at: number, size: number): Buffer {
	if (zip.readUInt32LE(at) !== LOCAL_HEADER) throw new Error('A local header is damaged.');
	const start = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
	return zip.subarray(start, start + size);
}
