"""Samples the demo project with the SDK and says, as JSON on the last line, what the SDK reads of the result.

Arguments: server address, token, project id. For each video: the frame that each image shows by its barcode, and the
classes, corners and object tags of its labels.
"""

import json
import sys

import supervisely as sly
from supervisely.video.sampling import sample_video_project

address, token, project_id = sys.argv[1:]
api = sly.Api(address, token)
result = sample_video_project(api, int(project_id), {"copy_annotations": True})
meta = sly.ProjectMeta.from_json(api.project.get_meta(result.id, with_settings=True))


def barcode(picture):
    """16 blocks at the top left, lowest bit first (demo/project/barcode.ts)."""
    height, width = picture.shape[:2]
    side = min(width // 16, height // 18)
    return sum(1 << bit for bit in range(16) if picture[side // 2, bit * side + side // 2, 1] > 127)


videos = {}
for parents, dataset in api.dataset.tree(result.id):
    images = api.image.get_list(dataset.id)
    if not images:
        continue
    infos = api.annotation.download_batch(dataset.id, [image.id for image in images])
    annotations = [sly.Annotation.from_json(info.annotation, meta) for info in infos]
    videos["/".join([*parents, dataset.name])] = [
        {
            "name": image.name,
            "shows": barcode(api.image.download_np(image.id)),
            "labels": sorted(
                [label.obj_class.name, label.geometry.to_bbox().left, label.geometry.to_bbox().top]
                for label in annotation.labels
            ),
            "tracked": any(tag.name == "auto-tracked" for label in annotation.labels for tag in label.tags),
        }
        for image, annotation in zip(images, annotations)
    ]

print(json.dumps(videos))
