import { testMatrix } from '#test/matrix.ts';
import { codecs } from '#test/video-fixtures/codecs.ts';

testMatrix(codecs);
