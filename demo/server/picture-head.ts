import sharp from 'sharp';

const mimeOf: Record<string, string> = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' };

/** Format and size in pixels of a PNG, JPEG or WebP file, read from its header; null for anything else. */
export async function pictureHead(file: string): Promise<{ mime: string; width: number; height: number } | null> {
	try {
		const { format, width, height } = await sharp(file).metadata();
		const mime = mimeOf[format];
		return mime ? { mime, width, height } : null;
	} catch {
		return null;
	}
}
