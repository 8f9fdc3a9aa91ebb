import { testMatrix } from '#test/matrix.ts';
import { streams } from '#test/video-fixtures/streams.ts';

testMatrix(streams);
