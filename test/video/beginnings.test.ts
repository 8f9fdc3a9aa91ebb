import { testMatrix } from '#test/matrix.ts';
import { beginnings } from '#test/video-fixtures/beginnings.ts';

testMatrix(beginnings);
