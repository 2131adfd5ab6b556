/**
 * Bounds on what a card may ask of its reader. Parsers of Markdown, YAML and math overflow the stack
 * or take minutes on small hostile inputs; within these bounds a card is read in about a second.
 */

/** Characters of a whole card. The longest merge cards in use are a tenth of it. */
export const MAX_CARD_LENGTH = 256 * 1024;

/** Collections inside collections in front matter. A model-index needs eight. */
export const MAX_YAML_DEPTH = 40;

/** Aliases in front matter: ten references to one another expand to some 40 times their size. */
export const MAX_YAML_ALIASES = 10;

/** Values in front matter once its aliases are followed. */
export const MAX_YAML_VALUES = 50_000;

/** Quotes and lists inside one another, told by the markers that one line begins with. */
export const MAX_CONTAINER_DEPTH = 60;

/**
 * Characters of one block, which is a run of lines without a blank one outside of fences. Parsing a
 * block takes time with the square of its length when it is made for that: 24 KB about a second.
 */
export const MAX_BLOCK_LENGTH = 24 * 1024;

/** Blocks of a card. A long one has some hundreds. */
export const MAX_BLOCKS = 4_000;

/** Nodes of a card's Markdown tree. A long card with many tables has some 5,000. */
export const MAX_NODES = 30_000;

/** Elements inside one another, Markdown's and HTML's together. */
export const MAX_TREE_DEPTH = 200;

/** Raw HTML opening tags on a card. The HTML parser slows down with their nesting. */
export const MAX_HTML_TAGS = 5_000;

/** Characters of one formula: KaTeX writes about 160 for each. */
export const MAX_FORMULA_LENGTH = 4 * 1024;

/** Braces inside braces in one formula; KaTeX overflows the stack near 2,000. */
export const MAX_FORMULA_DEPTH = 100;

/** Formulas on one card. */
export const MAX_FORMULAS = 500;

/** Characters of all formulas of a card together. */
export const MAX_FORMULAS_LENGTH = 48 * 1024;

/** Characters of the HTML that a card becomes. */
export const MAX_HTML_LENGTH = 4 * 1024 * 1024;
