import { testMatrix } from '#test/matrix.ts';
import { otherVoices } from '#test/video-fixtures/other-voices.ts';

testMatrix(otherVoices);
