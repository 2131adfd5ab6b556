const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes for people: decimal units, three significant digits. */
export function formatBytes(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < UNITS.length - 1) {
		value /= 1000;
		unit += 1;
	}
	const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	return `${value.toFixed(digits)} ${UNITS[unit] ?? 'B'}`;
}

/** A whole number with thin spaces between groups of three. */
export function formatCount(count: number): string {
	return Math.round(count)
		.toString()
		.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A duration in seconds as `8 s`, `3 min 20 s`, `1 h 05 min`. */
export function formatDuration(seconds: number): string {
	if (!Number.isFinite(seconds)) return 'unknown';
	const whole = Math.max(0, Math.round(seconds));
	if (whole < 60) return `${String(whole)} s`;
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) {
		const rest = whole % 60;
		return rest === 0 || minutes >= 10
			? `${String(minutes)} min`
			: `${String(minutes)} min ${String(rest)} s`;
	}
	return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** The angle of a cosine in degrees; digits enough to tell fine-tunes apart. */
export function formatAngle(cosine: number): string {
	const degrees = (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
	return `${degrees.toFixed(degrees < 1 ? 3 : 2)}°`;
}

/** A parameter's value with up to four decimals and no trailing zeros. */
export function formatNumber(value: number): string {
	return Number(value.toFixed(4)).toString();
}

/** `owner/name` without its owner, a path's last part. */
export function shortName(reference: string): string {
	const plain = reference.replace(/\/+$/, '');
	return plain.slice(plain.lastIndexOf('/') + 1) || plain;
}

/** A noun with its count: `1 tensor`, `291 tensors`. */
export function plural(count: number, noun: string): string {
	return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
