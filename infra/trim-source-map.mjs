// Leaves only the project's own sources in a source map: node trim-source-map.mjs FILE. Nine tenths of a bundle are
// packages, and a function reads its map at every cold start. Plain JavaScript, so that the bundling need not compile it.
import { readFileSync, writeFileSync } from 'node:fs';
import { decode, encode } from '@jridgewell/sourcemap-codec';

const [file] = process.argv.slice(2);
const { sources, names, mappings, ...map } = JSON.parse(readFileSync(file, 'utf8'));

const own = sources.flatMap((source, index) => (/(^|\/)node_modules\//.test(source) ? [] : [index]));
const ownIndex = new Map(own.map((index, at) => [index, at]));
const ownNames = new Map();
const nameIndex = name => {
	if (!ownNames.has(name)) ownNames.set(name, ownNames.size);
	return ownNames.get(name);
};

/** Of the code of packages only the beginning of each part is kept, which maps to nothing. */
const trimmed = decode(mappings).map(segments => {
	let isOwn = true;
	return segments.flatMap(([column, source, line, sourceColumn, name]) => {
		const wasOwn = isOwn;
		const at = ownIndex.get(source);
		isOwn = at !== undefined;
		if (!isOwn) return wasOwn ? [[column]] : [];
		return [[column, at, line, sourceColumn, ...(name === undefined ? [] : [nameIndex(name)])]];
	});
});

writeFileSync(
	file,
	JSON.stringify({
		...map,
		sources: own.map(index => sources[index]),
		names: [...ownNames.keys()].map(name => names[name]),
		mappings: encode(trimmed),
	}),
);
