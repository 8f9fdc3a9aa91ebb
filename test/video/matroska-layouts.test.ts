import { testMatrix } from '#test/matrix.ts';
import { matroskaLayouts } from '#test/video-fixtures/matroska-layouts.ts';

testMatrix(matroskaLayouts);
