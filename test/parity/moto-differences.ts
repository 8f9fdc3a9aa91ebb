/** Where moto 5.2.5 behaves otherwise than S3 and SQS, or than our servers mean to: by the name of the check, and why. */
export type Differences = {
	/** It always does. */
	readonly differ: Readonly<Record<string, string>>;
	/** It does at times, since it depends on which of several requests comes first. */
	readonly mayDiffer: Readonly<Record<string, string>>;
};

export const s3Differences: Differences = {
	differ: {
		'a key may hold line breaks': 'moto answers 404 to a path with an encoded line break',
		'a body that does not match its checksum is refused and not stored': 'moto does not verify checksums',
		'an aborted upload is gone': 'moto answers 500 (KeyError) to the completion of an aborted upload',
		'an aborted upload takes no more parts': 'moto answers 500 (KeyError) to a part of an aborted upload',
		'unknown and unordered parts are refused': 'moto completes with parts that were never sent',
		'a wrong secret, an unknown key id and another region are refused': 'moto does not verify signatures',
		'an unsigned request is refused': 'moto refuses it too, but with an empty body instead of AccessDenied',
		'a body other than the signed one is refused': 'moto does not compare the body with x-amz-content-sha256',
		'a bucket needs a valid name': 'moto takes some of the names S3 refuses',
		'a key longer than 1024 bytes is refused': 'moto counts characters, not bytes',
		'unknown sub-resources are 501 and never touch the object': 'moto implements many that the local S3 refuses',
		'what the functions never ask for is 501, by its name': 'moto implements what the local S3 refuses',
	},
	mayDiffer: {
		'20 writers race with If-None-Match: * and one wins, 40 times': 'moto checks and writes in two steps: two may win',
		'8 clients of 15 compare-and-swap increments each count to 120':
			'moto checks and writes in two steps: some get lost',
	},
};

export const sqsDifferences: Differences = {
	differ: {
		'attributes out of bounds are refused': 'moto takes any value',
		'unknown attributes are refused': 'moto keeps attributes it does not know',
		'one bad entry of a batch is not sent, the others are': 'moto does not check the characters of a batch',
		'a consumer that hangs up is given nothing': 'moto gives the message to the consumer that is gone',
		'a message that is not held cannot be held longer': 'moto hides a message that is visible',
		'the receipt handle of an earlier delivery deletes nothing': 'moto deletes by any handle; SQS promises neither',
		'groups of messages take turns, so that a small one does not wait behind a large one': 'its queues are not fair',
		'a dead letter names the queue it comes from': 'moto has no DeadLetterQueueSourceArn',
		'the trace that a message is sent with, alone or in a batch, is given to who receives it':
			'moto drops that of a message in a batch',
		'an empty message is refused': 'moto takes it',
		'a wrong secret, an unknown key id and another region are refused': 'moto does not verify signatures',
		'FIFO queues are refused': 'moto has FIFO queues, the local SQS does not',
		'what the functions never ask for is refused by its name': 'moto implements what the local SQS refuses',
	},
	mayDiffer: {
		'8 consumers get 500 messages once each': 'moto gives a message to two consumers at once, or answers 500',
	},
};
