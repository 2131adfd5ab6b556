import type { BackendChoice, BackendSetting, Calibration } from '../../kernels/index.ts';
import type { BackendRequest } from './protocol.ts';

export interface BackendOptions {
	readonly setting: BackendSetting;
	/** What an earlier run has measured on this machine. */
	readonly calibration?: Calibration | null | undefined;
	/**
	 * What the workers compute with, why, and what was measured for that: once it is known, and once
	 * more where the GPU is left.
	 */
	readonly onChoice: (choice: BackendChoice, calibration: Calibration | null) => void;
}

/**
 * What a pool's workers are told to compute with. The first one measures, while nobody else computes;
 * the others wait for its numbers. Where one has found that the GPU cannot be used, later ones do not
 * try.
 */
export class BackendDesk {
	readonly #options: BackendOptions;
	readonly #workers: number;
	readonly #known = Promise.withResolvers<undefined>();
	#asked = false;
	#said = false;
	#calibration: Calibration | null;
	/** Somebody has found that the GPU cannot be used. */
	#left = false;

	constructor(options: BackendOptions, workers: number) {
		this.#options = options;
		this.#workers = workers;
		this.#calibration = options.calibration ?? null;
	}

	/** What the next worker is told. */
	async next(): Promise<BackendRequest> {
		if (this.#asked) await this.#known.promise;
		this.#asked = true;
		const setting = this.#left ? 'wasm' : this.#options.setting;
		return { setting, workers: this.#workers, calibration: this.#calibration };
	}

	/** A worker has said what it computes with. True where the others have to leave the GPU. */
	heard(choice: BackendChoice, calibration: Calibration | null): boolean {
		this.#calibration ??= calibration;
		const news = choice.problem !== null && !this.#left;
		this.#left ||= choice.problem !== null;
		if (!this.#said || news) this.#options.onChoice(choice, this.#calibration);
		this.#said = true;
		this.#known.resolve(undefined);
		return news;
	}

	/** A worker has ended, perhaps before it said anything: nobody waits for it. */
	ended(): void {
		this.#known.resolve(undefined);
	}
}
