import { writeFile } from 'node:fs/promises';
import { ownIdentity } from '../../src/cli/lock.ts';

// Locks a folder until it is killed.
const [, , lock = ''] = process.argv;
await writeFile(lock, await ownIdentity());
process.send?.('locked');
setInterval(() => undefined, 1000);
