import { testMatrix } from '#test/matrix.ts';
import { untrustedText } from '#test/video-fixtures/untrusted-text.ts';

testMatrix(untrustedText);
