import type { JSX } from 'preact';
import type { BackendSetting } from '../../kernels/index.ts';

const SETTINGS: Readonly<Record<BackendSetting, string>> = {
	auto: 'whichever is faster here',
	wasm: 'WASM, on the processor',
	webgpu: 'WebGPU, on the graphics card',
};

export interface BackendSelectProps {
	readonly setting: BackendSetting;
	readonly onChange: (setting: BackendSetting) => void;
}

/** The reader's choice of what computes. The result is the same, bit for bit. */
export function BackendSelect({ setting, onChange }: BackendSelectProps): JSX.Element {
	return (
		<p class="rm-backend rm-soft">
			<label>
				Compute with{' '}
				<select
					data-part="backend-setting"
					value={setting}
					onChange={({ currentTarget }) => {
						const chosen = backendSettings().find((name) => name === currentTarget.value);
						if (chosen !== undefined) onChange(chosen);
					}}
				>
					{backendSettings().map((name) => (
						<option key={name} value={name}>
							{SETTINGS[name]}
						</option>
					))}
				</select>
			</label>{' '}
			The result is the same, bit for bit.
		</p>
	);
}

function backendSettings(): BackendSetting[] {
	return ['auto', 'wasm', 'webgpu'];
}
