import type { SpotReport, SpotRequest, SpotWorker } from '../../src/reproducer/run/spotProtocol.ts';

/** The worker of a spot check, played by a test. */
export interface FakeSpotWorker extends SpotWorker {
	readonly received: SpotRequest | null;
	readonly terminated: boolean;
	say(report: SpotReport): void;
	crash(message: string): void;
}

/** A worker that keeps what it was sent, as a clone, and says what it is told to say. */
export function fakeSpotWorker(): FakeSpotWorker {
	let received: SpotRequest | null = null;
	let terminated = false;
	const worker: FakeSpotWorker = {
		get received() {
			return received;
		},
		get terminated() {
			return terminated;
		},
		onmessage: null,
		onerror: null,
		postMessage(request) {
			received = structuredClone(request);
		},
		terminate() {
			terminated = true;
		},
		say(report) {
			if (!terminated)
				worker.onmessage?.(new MessageEvent('message', { data: structuredClone(report) }));
		},
		crash(message) {
			worker.onerror?.(Object.assign(new Event('error'), { message }) as ErrorEvent);
		},
	};
	return worker;
}
