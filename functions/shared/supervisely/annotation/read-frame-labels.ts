import * as z from 'zod';
import { PermanentError } from '../../errors.ts';
import { type FrameLabels, makeFrameLabels } from './frame-labels.ts';
import { splitFrames } from './split-frames.ts';
import { frameSchema, videoAnnotationSchema } from './video-annotation.ts';

const answerSchema = z.array(videoAnnotationSchema).min(1);

/**
 * Which labels are on the frames of a video, from a streamed answer of `videos.annotations.bulk.info`; unlike
 * `readVideoAnnotation` it stores no geometry.
 * @param isWanted whether to look at a frame
 * @param onBytes called with the number of bytes of each piece; what it throws ends the reading
 * @throws PermanentError `unreadable` for a malformed annotation
 */
export async function readFrameLabels(
	answer: AsyncIterable<Uint8Array>,
	isWanted: (frame: number) => boolean,
	onBytes: (bytes: number) => void,
): Promise<FrameLabels> {
	const onFrames = makeFrameLabels();
	const counted = async function* () {
		for await (const piece of answer) {
			onBytes(piece.length);
			yield piece;
		}
	};
	const rest = await splitFrames(counted(), json => {
		const frame = frameSchema.safeParse(JSON.parse(json.toString('utf8')));
		if (!frame.success) throw malformed();
		if (isWanted(frame.data.index)) onFrames.add(frame.data.index, frame.data.figures);
	});
	const parsed = answerSchema.safeParse(JSON.parse(rest));
	const annotation = parsed.data?.[0];
	if (!annotation) throw malformed();
	return onFrames.labels(annotation.tags, annotation.objects);
}

const malformed = (): PermanentError => new PermanentError('unreadable', "The video's annotation is malformed");
