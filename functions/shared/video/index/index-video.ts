import { PermanentError } from '../../errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { indexMatroska } from './matroska-index.ts';
import { indexMp4 } from './mp4-index.ts';
import type { VideoIndex } from './video-index.ts';

const mp4Starts = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'sidx']);

/**
 * Builds the index of a video from what the file itself says it is; its name is not asked.
 * @throws PermanentError `unsupported` for another container than those that are known
 */
export const indexVideo = async (source: ByteSource): Promise<VideoIndex> => {
	const start = await source.read(0, 16);
	if (start.length === 0) throw new PermanentError('corrupt', 'The file is empty');
	if (mp4Starts.has(start.toString('latin1', 4, 8))) return indexMp4(source);
	if (start.length >= 4 && start.readUInt32BE(0) === 0x1a45dfa3) return indexMatroska(source);
	throw new PermanentError('unsupported', 'The file is neither MP4, MOV, Matroska nor WebM');
};
