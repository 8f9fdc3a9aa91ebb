import { lockedPackage } from './locked-packages.ts';
import type { Target } from './target.ts';

/** The layers, and the packages that each is made of for a target. */
export const nativePackages = {
	ffmpeg: ({ platform, arch }: Target) => [`@ffmpeg-installer/${platform}-${arch}`],
	sharp: ({ platform, arch }: Target) => [
		'sharp',
		...Object.keys(lockedPackage('sharp').dependencies ?? {}),
		`@img/sharp-${platform}-${arch}`,
		...(platform === 'win32' ? [] : [libvipsPackage({ platform, arch })]),
	],
};

export type LayerName = keyof typeof nativePackages;

/** The package with libvips, which sharp loads. */
export function libvipsPackage({ platform, arch }: Target): string {
	return `@img/sharp-libvips-${platform}-${arch}`;
}
