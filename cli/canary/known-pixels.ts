/** The file that an operator uploads once; the video is found by this name. */
export const canaryVideo = 'framefan-canary.mp4';

/** SHA-256 of each frame's RGB, as `framefan frames --verify` prints it. No two are the same. */
export const knownPixels: readonly string[] = [
	'8d61abecc3408237e02a73ee355318d8953a9a36a4d505954e3ec4327c05a763',
	'cc508878b85dbb7dd7096fcfeee180b6ce76c1fbf23908393a58c5fafc7d8aae',
	'3b634103ce162f58b272f5847e27c06480dd72c62acce324c064b98d40aadf8d',
	'35116a041dd36e45d16f16fe513c35fbbbee87b8f4269aca0fe3610c916bd34a',
	'aa5c5bbe0a1e11684130752ac708f5215bac7eb79a211ad377275fd1bbc00ee0',
	'46b080ac756355f3df85cb67b4986199052465c98dfbd8d047dd772163b5e090',
	'a47e340e99b22926524b417e0016dba4c366d5dc54e67a721951983406a347d8',
	'ce85e875040a2515922341bf1f0448085aeab0d5eb84b449124cd027fde0e920',
	'aca9120aa1c1d775afe54b4c406a2e136b78514d78ccdfa320c93c73964318d1',
	'c210d803293e60d0366c87b29ef8e19b1fc26d3da5c4e257fb1259802ff699ae',
	'08470a74ed83062c5324064d87a709adf2752ffcfbc8fd7eef5d895e1428fa77',
	'8119bfa2b7d203ec0ea9fcf76a7fb9700b64aaf01bf3cf444331e2b0cc9d90b9',
];
