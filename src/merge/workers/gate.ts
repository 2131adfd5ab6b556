/** Something that callers wait at while it is held. */
export interface Gate {
	hold(held: boolean): void;
	/** Resolves as soon as nobody holds the gate. */
	readonly pass: () => Promise<void>;
}

/** An open gate. */
export function createGate(): Gate {
	let held = false;
	let waiting: (() => void)[] = [];
	return {
		hold(now) {
			held = now;
			if (held) return;
			for (const go of waiting) go();
			waiting = [];
		},
		async pass() {
			while (held) await new Promise<void>((resolve) => waiting.push(resolve));
		},
	};
}
