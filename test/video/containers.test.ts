import { testMatrix } from '#test/matrix.ts';
import { containers } from '#test/video-fixtures/containers.ts';

testMatrix(containers);
