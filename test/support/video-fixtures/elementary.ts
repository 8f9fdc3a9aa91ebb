/** A unit behind a start code: the byte that tells its kind, and all its bytes, the start code among them. */
export type Unit = { code: number; bytes: Buffer };

/** The units of a raw stream (`00 00 01`). What stands before the first is left out. */
export function startCodeUnits(stream: Buffer): Unit[] {
	const units: Unit[] = [];
	const mark = Buffer.from([0, 0, 1]);
	for (let at = stream.indexOf(mark); at >= 0; ) {
		const next = stream.indexOf(mark, at + 3);
		// A zero in front of the next start code may be the unit's last byte.
		units.push({ code: stream[at + 3] as number, bytes: stream.subarray(at, next < 0 ? stream.length : next) });
		at = next;
	}
	return units;
}

/** A raw MPEG stream as pictures, each with the headers in front of it. */
export function accessUnits(stream: Buffer, picture: number): Buffer[] {
	const pictures: Buffer[][] = [[]];
	let hasPicture = false;
	for (const { code, bytes } of startCodeUnits(stream)) {
		// Slices of MPEG-1 and MPEG-2, and extensions behind a picture's header, belong to it.
		const isInside = picture === 0 && ((code >= 1 && code <= 0xaf) || code === 0xb5 || code === 0xb7);
		if (hasPicture && !isInside) {
			pictures.push([]);
			hasPicture = false;
		}
		if (code === picture) hasPicture = true;
		pictures.at(-1)?.push(bytes);
	}
	// What stands behind the last picture is the end of the stream.
	if (!hasPicture && pictures.length > 1) pictures.pop();
	return pictures.map(units => Buffer.concat(units));
}
