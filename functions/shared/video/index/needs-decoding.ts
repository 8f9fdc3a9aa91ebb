import { PermanentError } from '../../errors.ts';

/** The headers are sound, but what they ask for is beyond what a header index can tell. */
export class NeedsDecoding extends PermanentError {}
