import * as z from 'zod';
import { leasePatienceMs, underLease } from '#shared/aws/lease.ts';
import { PermanentError, SamplingFailure } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { formatOfName } from '#shared/sampling/image-name.ts';
import { keys } from '#shared/sampling/keys.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import type { Image, Project } from '#shared/supervisely/remote/api.ts';
import { isPermanent } from '#shared/transient.ts';
import { formatNames, type ImageFormat } from '#shared/video/picture/image-format.ts';
import type { FanOutPorts } from './ports.ts';

/** The last sampling, as recorded in the custom data. A record without a format means PNG, at first the only one. */
const recordSchema = z.looseObject({
	state: z.string().optional().catch(undefined),
	settings: z
		.looseObject({ format: z.string().catch('png') })
		.optional()
		.catch(undefined),
});

/** The format in the custom data of a destination, and whether that sampling is running. */
export function recordedFormat({
	customData,
}: Pick<Project, 'customData'>): { format: string; isGoing: boolean } | undefined {
	const record = recordSchema.safeParse(customData?.framefan);
	if (record.success)
		return { format: record.data.settings?.format ?? 'png', isGoing: record.data.state === 'running' };
	// The SDK's sampler writes PNG only.
	return customData?.is_sample === true ? { format: 'png', isGoing: false } : undefined;
}

/** A sampling and its settings, as recorded in the destination. */
type Sampling = { sampling: string; settings: Settings };

/**
 * Keeps the images of a destination in one format: otherwise there could be two images of the same frame. Where no
 * format is recorded yet, it is recorded now, so that one of two simultaneous samplings is refused.
 * @throws SamplingFailure for a destination that has another format
 */
export async function keepOneFormat(
	ports: FanOutPorts,
	destination: Project,
	{ sampling, settings }: Sampling,
): Promise<void> {
	const { store, supervisely, leaseMs } = ports;
	const { id } = destination;
	if (recordedFormat(destination)?.format === settings.format) return;
	await underLease(store, keys.projectLease(id), { ms: leaseMs, patienceMs: leasePatienceMs }, async () => {
		const project = (await supervisely.project(id)) ?? destination;
		const begun = await formatOf(ports, project);
		if (begun !== undefined && begun !== settings.format) throw otherFormat(project, begun, settings.format);
		if (recordedFormat(project)?.format === settings.format) return;
		const framefan = { sampling, state: 'running', settings };
		try {
			await supervisely.setProjectData(id, { ...project.customData, framefan });
		} catch (error) {
			if (!isPermanent(error)) throw error;
			// Written again when the end is recorded. Until then the images show the format.
			log.warn('Custom data of the destination project could not be written', { project: id, error });
		}
	});
}

/** The format of a project; undefined where it has no sampled images. */
async function formatOf(
	{ supervisely }: Pick<FanOutPorts, 'supervisely'>,
	project: Project,
): Promise<string | undefined> {
	const recorded = recordedFormat(project);
	if (recorded?.isGoing) return recorded.format;
	const images = await oldestImages(supervisely, project.id);
	// If the images can't be listed, the recorded format counts.
	if (recorded) return images?.length === 0 ? undefined : recorded.format;
	const sampled = images?.find(({ meta, name }) => meta?.is_sample === true && formatOfName(name));
	return sampled && formatOfName(sampled.name);
}

async function oldestImages(
	supervisely: FanOutPorts['supervisely'],
	project: number,
): Promise<Pick<Image, 'name' | 'meta'>[] | undefined> {
	try {
		return await supervisely.oldestImages(project);
	} catch (error) {
		if (!(error instanceof PermanentError)) throw error;
		log.warn('Images of the destination project could not be listed', { project, error });
		return undefined;
	}
}

function otherFormat({ id, name }: Project, begun: string, wanted: ImageFormat): SamplingFailure {
	return new SamplingFailure(
		`Project ${id} (${JSON.stringify(name)}, the destination) already has ${nameOf(begun)} images and these settings ask for ${nameOf(wanted)}: ${remedy(begun)}`,
	);
}

/** @throws PermanentError for a dataset that has images of the video in another format */
export function refuseOtherFormats(
	dataset: string,
	found: ReadonlyMap<ImageFormat, number>,
	wanted: ImageFormat,
): void {
	for (const [format, count] of found) {
		if (format === wanted) continue;
		const images = `${count} image${count === 1 ? '' : 's'} of this video as ${nameOf(format)}`;
		throw new PermanentError(
			'other-format',
			`Dataset ${JSON.stringify(dataset)} has ${images} and these settings ask for ${nameOf(wanted)}: ${remedy(format)}`,
		);
	}
}

const nameOf = (format: string): string => (formatNames as Record<string, string>)[format] ?? format;

const remedy = (format: string) => `use format ${format}, or sample into another project`;
