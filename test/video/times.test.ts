import { testMatrix } from '#test/matrix.ts';
import { times } from '#test/video-fixtures/times.ts';

testMatrix(times);
