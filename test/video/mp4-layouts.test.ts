import { testMatrix } from '#test/matrix.ts';
import { mp4Layouts } from '#test/video-fixtures/mp4-layouts.ts';

testMatrix(mp4Layouts);
