/** As much of JSON Schema as the description of the HTTP API uses. */
type Schema = {
	$ref?: string;
	type?: string | string[];
	enum?: unknown[];
	const?: unknown;
	anyOf?: Schema[];
	items?: Schema | false;
	prefixItems?: Schema[];
	properties?: Record<string, Schema>;
	required?: string[];
	default?: unknown;
	format?: string;
	minimum?: number;
	maximum?: number;
	minLength?: number;
	maxLength?: number;
	minItems?: number;
	maxItems?: number;
};
type Body = { content: Record<string, { schema: Schema }> };
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema: Schema };
type Operation = {
	summary: string;
	parameters?: Parameter[];
	requestBody?: Body;
	responses: Record<string, { description: string } & Body>;
};

/** The description of the HTTP API as `functions/api/openapi.json` has it. */
export type ApiDescription = {
	paths: Record<string, Record<string, unknown>>;
	components: { schemas: Record<string, Schema> };
};

/** What the fields of bodies mean; the description has their types alone. */
const meanings: Record<string, Record<string, string>> = {
	SamplingRequest: {
		source: 'what is read',
		'source.projectId': 'the video project',
		'source.datasetIds': 'only the videos of these datasets',
		'source.includeNested': 'with `datasetIds`: all datasets below them as well',
		'source.videoIds': 'only these videos; can be combined with `datasetIds`',
		destination: 'what is written; empty: a new project `<source name>(images)`',
		'destination.projectId': 'an existing image project',
		'destination.name': 'the name of a new project; not together with `projectId`',
		settings: 'what is taken of each video, and how images are made',
		'settings.start': 'first frame, from 0',
		'settings.end': 'frame to stop before; null: to the last frame',
		'settings.step': 'every n-th of the frames that are left',
		'settings.annotated': 'only frames with at least one figure',
		'settings.annotatedByTags': 'with `annotated`: frames in the frame range of a video tag count as well',
		'settings.select':
			'rules that take frames, see [selection](selection.md); the union of what they take. Absent: all',
		'settings.select[].fps': 'this many frames per second: the first at or after each instant',
		'settings.select[].every': 'one frame per duration: the first at or after each instant',
		'settings.select[].count': 'exactly this many, evenly spaced in time',
		'settings.select[].frames': 'these frames',
		'settings.select[].times': 'the first frame at or after each of these times',
		'settings.select[].random': 'this many at random',
		'settings.select[].seed': 'of `random`; default 0',
		'settings.select[].keyFrames': 'frames that can be decoded without others',
		'settings.select[].scenes': 'frames of each scene; scenes are found in the pictures',
		'settings.select[].scenes.perScene': 'this many, evenly spaced in time',
		'settings.select[].annotated': 'frames that have what is asked for; `{}`: any figure',
		'settings.select[].annotated.classes': 'a figure of one of these classes',
		'settings.select[].annotated.tags': 'one of these tags',
		'settings.select[].annotated.objects': 'a figure of one of these objects, by id',
		'settings.select[].annotated.perClass': 'at most this many frames with figures of a class, rare classes first',
		'settings.select[].figureChanges': 'frames with a figure that a person drew or corrected',
		'settings.minDistance':
			'leaves out frames that are closer than this many frames, or than a duration such as `2s`; annotated ones stay',
		'settings.around': 'also this many frames before and after each of them',
		'settings.frameQuality':
			'[quality rules](selection.md#quality): frames that break one are dropped; absent: none is. Frames with figures are kept, unless `evenLabelled`',
		'settings.frameQuality.sharpestOf': 'of each such window of time the sharpest frame',
		'settings.frameQuality.dropNearDuplicates': 'frames like the last kept one are dropped',
		'settings.frameQuality.dropNearDuplicates.distance':
			'in how many of 64 bits of their hashes such frames differ at most',
		'settings.frameQuality.minSharpness': 'least variance of the Laplacian',
		'settings.frameQuality.minBrightness': 'least mean gray value, 0 to 255',
		'settings.frameQuality.maxBrightness': 'largest mean gray value',
		'settings.frameQuality.evenLabelled': 'true: frames with figures are dropped like others',
		'settings.split':
			'which images are for training, validation and testing, see [splits](manifest.md#splits); absent: no splits',
		'settings.split.train': 'shares, which sum to 1; one that is absent is 0',
		'settings.split.val': 'the same',
		'settings.split.test': 'the same',
		'settings.split.by': 'what stays together: a video, a scene, or a block of time',
		'settings.split.block': 'by time: length of a block, from `1s`; absent: `1m`',
		'settings.split.gap':
			'by scene or time: least time between frames of different splits of a video; frames in between are in no split; absent: `1s`',
		'settings.split.seed': 'another seed gives another split',
		'settings.resize':
			'height and width in pixels, taken literally; null for one of them keeps the proportions. Labels are scaled with the picture',
		'settings.copyAnnotations': 'labels and tags are copied; false: images alone',
		'settings.replace': 'images that are there in another size are uploaded anew; false: they stay, and a note says so',
		'settings.format': 'of the images, and the ending of their names; a destination has one format',
		'settings.quality': 'of `jpg` and `webp`; null: 95',
		'settings.chroma': 'of `jpg`: the colour of each pixel (444), or one for every four pixels (420); null: 444',
		'settings.optimiseCoding': 'of `jpg`: somewhat smaller files that take three times as long to encode',
		maxFrames:
			'limit on the new images of the sampling: a video that would exceed it becomes a fault, and no image of it is made. Without it, the limit of the stack holds, if there is one',
		maxDollars: 'the same for what they cost, in US dollars by the prices of the estimate',
		clientToken: 'any text: the same token with the same body is the same sampling, so a request can be repeated',
	},
	SamplingStatus: {
		attempt: 'the last one begun: 1, and one more for each retry',
		reason: 'why it failed or was cancelled',
		finishedAt: 'null while it is running',
		requestedBy:
			'ARN of who signed the request, or the id of a principal; missing for the schedule, and on one machine',
		destination: 'null until it is known',
		videos: 'videos that were looked at',
		framesPlanned: 'frames that are wanted of these videos',
		framesUploaded: 'images that this sampling has added',
		framesAlreadyThere: 'images that were in the destination before',
		dropped: 'with `frameQuality`: selected frames that its rules dropped, by reason',
		labels: 'labels of the images that were labelled or compared',
		faultCount: 'all faults',
		faults: 'the first 100 of them',
		'faults[].reason': 'see [the list](failures.md#reasons-of-faults)',
		'faults[].video': 'missing where the fault is of no video',
		'faults[].frame': 'its index; missing where the fault is of no single frame',
		notes: 'the first 100 things that a person should know although they are not faults',
		report: 'address in S3 of every video, fault and note; null unless the sampling is completed',
	},
	SamplingList: {
		next: 'give it as `next` to get the page after this one; null on the last page',
	},
	ImageList: {
		next: 'give it as `next` to get the page after this one; null on the last page',
		'images[].image_id': 'see [the manifest](manifest.md) for all fields',
	},
	Estimate: {
		frames: 'the selected frames, after `step`, `minDistance` and `around`',
		accuracy:
			'`exact`: what a sampling takes. `about`: a video has no stored index, or is not counted. `atMost`: labels or pictures decide that were not read',
		needs:
			'what would have to be read to know it exactly. A sampling stores the index; pictures are not decoded for an answer',
		rules: 'the frames that each rule of `select` takes, before `step`; a frame may be taken by several',
		'rules[].text': 'the rule as it is written; a long one is cut',
		bytesToRead: 'of the video files',
		bytesToWrite: 'of the images, in the format of the settings',
		'cost.requests': 'to S3 and SQS',
		'cost.dataOut': 'for what leaves AWS; nothing is paid for a server in the same region',
		formats: 'the same for each image format',
		imageSizes: 'when, and of how many clips, the sizes of images were measured',
		complete: 'false: not all videos could be looked at in time, so all numbers are lower bounds',
	},
	PreviewRequest: {
		videos: 'how many are looked at, the first of the source',
	},
	Preview: {
		videos: 'in the order of the source',
		'videos[].frameCount': 'null if unknown',
		'videos[].seconds': 'time of the last frame; null where times are not known',
		'videos[].selected': 'how many frames are taken, as in an estimate',
		'videos[].selected.accuracy': 'see [Estimate](#estimate)',
		'videos[].rules': 'the same for each rule of `select`',
		'videos[].chosen':
			'the first 1,000 of the chosen frames. Rules that need pictures or what is not stored are left out',
		'videos[].chosen[].rule': 'the first rule that takes it; `around` for a neighbour',
		'videos[].more': 'chosen frames that are not listed',
		'videos[].timeline':
			'a strip as SVG: its frames, annotated ones, key frames, and the chosen ones by rule; null where times are not known',
		'videos[].notes': 'what is left out or approximate, and rules that take nothing',
		complete: 'whether these are all selected videos',
	},
	Error: {
		path: 'the field that is wrong',
	},
};

const intro = `# HTTP API

Written by \`npm run openapi\` from [functions/api/openapi.json](../functions/api/openapi.json) (OpenAPI 3.1): do not edit
it here.

The address is the stack's output \`HttpUrl\`. Every request is signed with IAM (SigV4, service \`execute-api\`), and the
caller needs the right \`execute-api:Invoke\`. [The command line](cli.md#samplings-list-status-cancel-retry-estimate) does
that for everything but starting a sampling, which is one request:

\`\`\`sh
curl --aws-sigv4 "aws:amz:us-east-1:execute-api" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
  -H "x-amz-security-token: $AWS_SESSION_TOKEN" -H 'content-type: application/json' \\
  -d '{"source": {"projectId": 12345}, "settings": {"step": 10}}' "$HTTP_URL/samplings"
\`\`\`

\`\`\`json
{ "id": "5f0c6a1de2b94c3fa871", "attempt": 1 }
\`\`\`

A sampling is \`running\`, then \`completed\`, \`completed_with_faults\`, \`failed\` (with a \`reason\`) or \`cancelled\`. The
status has the first 100 faults and notes; \`report\` is the address of all of them in S3. Unknown fields are refused. Any
answer from 400 on is \`{"error", "path"}\`, where \`path\` names the field that is wrong; only a missing or wrong signature
is answered by API Gateway itself, with 403 and \`{"message"}\`.

- A **retry** does again what is faulted or missing, as a new attempt at the same sampling. While an attempt is running
  it only sends the unfinished steps again.
- A **cancel** ends the attempt: no new work starts, a chunk that is in work is finished, and images stay. A retry goes
  on from there.
- An **estimate** creates nothing and reads no video: it counts from listings, the indexes that earlier samplings have
  stored, and labels where rules ask for them. Each number says how it is known. What can't be listed within 14 seconds
  is left out, and \`complete\` is false; after that time, 200 annotations or 100 MB of them, no more labels are read, and
  a note says so. \`formats\` has bytes and cost of each image format.
- A **preview** has the frames themselves, of the first videos, with a timeline of each as SVG. It reads what an estimate
  reads, so pictures are not decoded: rules that need them have a bound, and a contact sheet is made by
  [\`framefan preview\`](cli.md#preview) alone.
`;

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * The page about the HTTP API, in Markdown.
 * @throws Error for a field of a request that `meanings` lacks, or one of `meanings` that doesn't exist
 */
export function apiPage({ paths, components: { schemas } }: ApiDescription): string {
	const operations = Object.entries(paths).flatMap(([path, item]) =>
		methods
			.filter(method => item[method] !== undefined)
			.map(method => operationText(`${method.toUpperCase()} ${path}`, item[method] as Operation)),
	);
	const bodies = Object.entries(schemas).map(([name, schema]) =>
		schemaText(name, schema, schemas.SamplingRequest ?? {}),
	);
	return [intro, '## Requests\n', ...operations, '## Bodies\n', ...bodies].join('\n');
}

function operationText(title: string, { summary, parameters = [], requestBody, responses }: Operation): string {
	const asked = parameters.map(({ name, description, schema }) =>
		`- \`${name}\` in the query: ${[typeOf(schema), defaultOf(schema)].filter(Boolean).join('; ')}. ${description ? `${description}.` : ''}`.trimEnd(),
	);
	const body = requestBody ? [`- body: ${linkTo(requestBody)}`] : [];
	const answers = Object.entries(responses).map(
		([status, answer]) => `| ${status} | ${answer.description} | ${linkTo(answer)} |`,
	);
	return `### ${title}

${summary}.
${[...asked, ...body].length > 0 ? `\n${[...asked, ...body].join('\n')}\n` : ''}
| status | when | body |
| --- | --- | --- |
${answers.join('\n')}
`;
}

const linkTo = ({ content }: Body): string => typeOf(Object.values(content)[0]?.schema ?? {});

function schemaText(name: string, schema: Schema, sampling: Schema): string {
	const isAsked = isRequest(schema);
	const told = meanings[name] ?? {};
	// What another request shares with that of a sampling is described there.
	const shared = isAsked && name !== 'SamplingRequest' ? Object.keys(sampling.properties ?? {}) : [];
	const fields = fieldsOf(schema).filter(({ path }) => !shared.includes(path.split('.')[0] as string));
	const lead = shared.length > 0 ? '[SamplingRequest](#samplingrequest) with one more field:\n\n' : '';
	for (const path of Object.keys(told)) {
		if (!fields.some(field => field.path === path)) throw new Error(`${name} has no ${path}: see infra/api-page.ts`);
	}
	const rows = fields.map(({ path, schema: field, required }) => {
		if (isAsked && !told[path]) throw new Error(`Nothing says what ${path} means: add it to infra/api-page.ts`);
		const cells = [`\`${path}\``, typeOf(field), ...(isAsked ? [unlessTold(field, required)] : []), told[path] ?? ''];
		return `| ${cells.join(' | ')} |`;
	});
	const columns = ['field', 'type', ...(isAsked ? ['default'] : []), 'meaning'];
	return `### ${name}

${lead}| ${columns.join(' | ')} |
|${' --- |'.repeat(columns.length)}
${rows.join('\n')}
`;
}

type Field = { path: string; schema: Schema; required: boolean };

/** All fields of an object, followed by those of the objects in it. A request inside an answer isn't described again. */
function fieldsOf({ properties = {}, required = [] }: Schema, above = ''): Field[] {
	return Object.entries(properties).flatMap(([name, schema]) => {
		const path = `${above}${name}`;
		const field = { path, schema, required: required.includes(name) };
		if (isRequest(schema)) return [field];
		const list = schema.items ? `${path}[].` : `${path}.`;
		const inner = [schema, ...(schema.items ? [schema.items] : []), ...(schema.anyOf ?? [])];
		return [field, ...inner.flatMap(each => fieldsOf(each, list))];
	});
}

const isRequest = ({ properties }: Schema): boolean => properties?.source !== undefined;

const unlessTold = (schema: Schema, required: boolean): string => {
	if (required) return 'required';
	return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
};

const defaultOf = ({ default: value }: Schema): string =>
	value === undefined ? '' : `default \`${JSON.stringify(value)}\``;

/** A type in words, such as `integer (from 1)` or `list of object or null`. */
function typeOf(schema: Schema): string {
	const { $ref, type, anyOf, prefixItems, items, minItems, maxItems } = schema;
	if ($ref) {
		const name = $ref.split('/').at(-1) as string;
		return `[${name}](#${name.toLowerCase()})`;
	}
	if (isRequest(schema)) return '[SamplingRequest](#samplingrequest), with all defaults filled in';
	if (schema.const !== undefined) return `\`${schema.const}\``;
	if (schema.enum) return schema.enum.map(value => `\`${value}\``).join(', ');
	if (anyOf) return anyOf.map(typeOf).join(' or ');
	if (prefixItems) return `list of ${prefixItems.length} (each ${prefixItems.map(typeOf)[0]})`;
	if (type === 'array') return `list${items ? ` of ${typeOf(items)}` : ''}${rangeOf(minItems, maxItems, 'entries')}`;
	if (type === 'string')
		return `${schema.format ?? 'text'}${rangeOf(schema.minLength, schema.maxLength, 'characters')}`;
	const name = Array.isArray(type) ? type.join(' or ').replace('string', 'text') : (type ?? 'anything');
	return `${name}${rangeOf(schema.minimum, schema.maximum)}`;
}

/** Limits in words; those of every safe integer go without saying. */
function rangeOf(least: number | undefined, most: number | undefined, unit = ''): string {
	const [from, to] = [least ?? 0, most ?? Number.MAX_SAFE_INTEGER];
	if (to === Number.MAX_SAFE_INTEGER) return least === undefined || from < 0 ? '' : ` (from ${from})`;
	return ` (${from} to ${to}${unit && ` ${unit}`})`;
}
