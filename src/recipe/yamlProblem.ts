/** Why a text is not read as YAML, with the offset of the place. */
export class YamlProblem extends Error {
	readonly offset: number;

	constructor(message: string, offset: number) {
		super(message);
		this.offset = offset;
	}
}
