import { moduleBase64 } from './built/pictures.ts';
import { compile, type PictureModule } from './codec.ts';

let compiled: PictureModule | undefined;

/** The module that all memories share, compiled when it is first wanted. */
export function pictureModule(): PictureModule {
	compiled ??= compile(Buffer.from(moduleBase64, 'base64'));
	return compiled;
}
