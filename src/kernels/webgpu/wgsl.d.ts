/** A shader's text, which Vite imports as a string. */
declare module '*.wgsl?raw' {
	const text: string;
	export default text;
}
