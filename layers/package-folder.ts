import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root folder of this package, also from built code. */
export const packageFolder = ((): string => {
	let folder = import.meta.dirname;
	while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
	return folder;
})();

/** The folder with what builds the layers. */
export const layersFolder = join(packageFolder, 'layers');
