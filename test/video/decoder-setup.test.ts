import { testMatrix } from '#test/matrix.ts';
import { decoderSetup } from '#test/video-fixtures/decoder-setup.ts';

testMatrix(decoderSetup);
