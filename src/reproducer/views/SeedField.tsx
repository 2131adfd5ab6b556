import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { drawSampleSeed, parseSampleSeed } from '../spotCheck.ts';
import { Button } from './parts.tsx';

/** The seed of a spot check's windows, shown, and to be set by whoever repeats another's check. */
export function SeedField(props: {
	readonly seed: number;
	readonly onSeed: (seed: number) => void;
}): JSX.Element {
	const [text, setText] = useState<string | null>(null);
	const wrong = text !== null && parseSampleSeed(text) === null;
	return (
		<details class="rm-details rm-seed" data-part="seed">
			<summary>
				Sample seed <code>{props.seed}</code>
			</summary>
			<p class="rm-soft" id="rm-seed-hint">
				It decides where the windows lie, and was drawn so that nobody could know it before. Set it
				to repeat somebody’s check.
			</p>
			<p class="rm-actions">
				<label class="rm-field">
					<span>Seed</span>
					<input
						type="text"
						inputMode="numeric"
						autocomplete="off"
						spellcheck={false}
						name="sample-seed"
						value={text ?? String(props.seed)}
						aria-invalid={wrong}
						aria-describedby={wrong ? 'rm-seed-wrong' : 'rm-seed-hint'}
						onInput={(event) => {
							const typed = event.currentTarget.value;
							const seed = parseSampleSeed(typed);
							setText(typed);
							if (seed !== null) props.onSeed(seed);
						}}
					/>
				</label>
				<Button
					action="draw-seed"
					kind="quiet"
					onPress={() => {
						setText(null);
						props.onSeed(drawSampleSeed());
					}}
				>
					Draw another
				</Button>
			</p>
			{wrong && (
				<p id="rm-seed-wrong" role="alert">
					A seed is a whole number from 0 to 9007199254740991; {props.seed} is kept.
				</p>
			)}
		</details>
	);
}
