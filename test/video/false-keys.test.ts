import { testMatrix } from '#test/matrix.ts';
import { falseKeys } from '#test/video-fixtures/false-keys.ts';

testMatrix(falseKeys);
