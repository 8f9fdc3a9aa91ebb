/** An images project as `describe_projects.py` tells what the SDK reads of it. Points are [x, y] in pixels. */
export type DescribedProject = {
	name: string;
	description: string;
	customData: Record<string, unknown>;
	type: string;
	settings: Record<string, unknown>;
	meta: { classes: Record<string, unknown>[]; tags: Record<string, unknown>[] };
	/** By the names that lead to them, with slashes between. */
	datasets: Record<string, DescribedDataset>;
};

export type DescribedDataset = {
	description: string;
	customData: Record<string, unknown>;
	images: Record<string, DescribedImage>;
};

/** `[height, width]`. */
export type Extent = [number, number];
export type DescribedTag = [name: string, value: unknown, labelerLogin: string | null];

export type DescribedImage = {
	meta: Record<string, unknown>;
	size: Extent;
	/** SHA-256 of its RGB values. */
	pixels: string;
	annotationSize: Extent;
	tags: DescribedTag[];
	labels: DescribedLabel[];
};

export type Geometry = Record<string, unknown>;

export type DescribedLabel = {
	class: string;
	type: string;
	tags: DescribedTag[];
	geometry: Geometry;
	/** What the SDK's `Annotation.resize` makes of it, when that was asked for; `uncropped` before the crop to the picture. */
	resized?: Geometry[];
	uncropped?: Geometry | null;
};

/** Calls back for every image, with the path of its dataset and the frame that its name says. */
export function eachImage(
	project: DescribedProject,
	visit: (image: DescribedImage, place: { path: string; name: string; frame: number }) => void,
): void {
	for (const [path, { images }] of Object.entries(project.datasets)) {
		for (const [name, image] of Object.entries(images)) {
			visit(image, { path, name, frame: Number(/_frame_(\d+)\.png$/.exec(name)?.[1]) });
		}
	}
}
