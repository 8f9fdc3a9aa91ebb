import { testMatrix } from '#test/matrix.ts';
import { entryPoints } from '#test/video-fixtures/entry-points.ts';

testMatrix(entryPoints);
