import { testMatrix } from '#test/matrix.ts';
import { pixels } from '#test/video-fixtures/pixels.ts';

testMatrix(pixels);
