/** A date or a moment, which no part of a recipe takes. */
export class YamlDate {
	/** As ISO 8601 has it. */
	readonly iso: string;

	constructor(iso: string) {
		this.iso = iso;
	}
}

export type YamlValue = string | number | boolean | null | YamlDate;

/** What a scalar is read as, or why PyYAML fails on it. */
export type Resolved = { readonly value: YamlValue } | { readonly refused: string };

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INTEGER =
	/^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
	/^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const DATE = /^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})$/;
const MOMENT =
	/^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})(?:[Tt]|[ \t]+)(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]*))?(?:[ \t]*(?:Z|(?<sign>[-+])(?<zoneHour>[0-9]{1,2})(?::(?<zoneMinute>[0-9]{2}))?))?$/;

/**
 * An unquoted scalar as PyYAML's safe loader reads it: the types of YAML 1.1 (yaml.org/type), with
 * PyYAML's deviations: exponents need a sign, `y` and `n` are text. Held to PyYAML itself by the tests.
 */
export function resolvePlain(text: string): Resolved {
	if (NULL.test(text)) return { value: null };
	if (TRUE.test(text)) return { value: true };
	if (FALSE.test(text)) return { value: false };
	if (INTEGER.test(text)) return readInteger(text);
	if (FLOAT.test(text)) return { value: readFloat(text) };
	if (text === '=' || text === '<<') return { refused: `${text} means nothing as a value` };
	const parts = (DATE.exec(text) ?? MOMENT.exec(text))?.groups;
	return parts === undefined ? { value: text } : readDate(text, parts);
}

/** A scalar whose type is given by a tag such as `!!int`. */
export function resolveTagged(tag: string, text: string): Resolved {
	const word = text.toLowerCase();
	switch (tag) {
		case '!!null':
			return { value: null };
		case '!!bool':
			if (/^(?:yes|true|on|no|false|off)$/.test(word))
				return { value: /^(?:yes|true|on)$/.test(word) };
			break;
		case '!!int':
			if (INTEGER.test(text)) return readInteger(text);
			break;
		case '!!float':
			if (FLOAT.test(text) || /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/.test(word))
				return { value: readFloat(text) };
			break;
		default:
			return { value: text };
	}
	return { refused: `${text} is no ${tag.slice(2)}` };
}

/** Numbers beyond 2^53 are rounded to the nearest double; mergekit makes doubles of them as well. */
function readInteger(text: string): Resolved {
	const negative = text.startsWith('-');
	const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
	if (digits === '0b' || digits === '0x') return { refused: `${text} has no digits` };
	const octal = /^0[0-7]+$/.test(digits);
	const size = digits.includes(':')
		? sexagesimal(digits)
		: Number(BigInt(octal ? `0o${digits}` : digits));
	return { value: negative && size !== 0 ? -size : size };
}

function readFloat(text: string): number {
	const sign = text.startsWith('-') ? -1 : 1;
	const size = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
	if (size === '.inf') return sign * Infinity;
	if (size === '.nan') return NaN;
	return sign * (size.includes(':') ? sexagesimal(size) : Number(size));
}

/** `12:30` is 12·60 + 30; added from the last part on, as doubles. */
function sexagesimal(digits: string): number {
	const parts = digits.split(':').map(Number).reverse();
	return parts.reduce((sum, part, index) => sum + part * 60 ** index, 0);
}

function readDate(text: string, parts: Readonly<Record<string, string | undefined>>): Resolved {
	const number = (name: string): number => Number(parts[name] ?? 0);
	const [year, month, day] = [number('year'), number('month'), number('day')];
	const offset = number('zoneHour') * 60 + number('zoneMinute');
	const inRange =
		year >= 1 &&
		month >= 1 &&
		month <= 12 &&
		day >= 1 &&
		day <= daysIn(year, month) &&
		number('hour') < 24 &&
		number('minute') < 60 &&
		number('second') < 60 &&
		offset < 1440;
	if (!inRange) return { refused: `${text} is no date` };
	const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
	if (parts['hour'] === undefined) return { value: new YamlDate(date) };
	const time = ['hour', 'minute', 'second'].map((name) => pad(number(name))).join(':');
	const micro = (parts['fraction'] ?? '').slice(0, 6).padEnd(6, '0');
	const sign = parts['sign'] === '-' && offset > 0 ? '-' : '+';
	const zoned = parts['sign'] !== undefined || text.endsWith('Z');
	const zone = `${sign}${pad(Math.floor(offset / 60))}:${pad(offset % 60)}`;
	const fraction = micro === '000000' ? '' : `.${micro}`;
	return { value: new YamlDate(`${date}T${time}${fraction}${zoned ? zone : ''}`) };
}

function daysIn(year: number, month: number): number {
	if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
	return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function pad(value: number, width = 2): string {
	return String(value).padStart(width, '0');
}

/** An unquoted scalar by the core schema of YAML 1.2.2, §10.3.2. */
export function resolvePlain12(text: string): string | number | boolean | null {
	if (NULL.test(text)) return null;
	if (/^(?:true|True|TRUE)$/.test(text)) return true;
	if (/^(?:false|False|FALSE)$/.test(text)) return false;
	if (/^0o[0-7]+$|^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
	if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
	if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
	return /^\.(?:nan|NaN|NAN)$/.test(text) ? NaN : text;
}
