"""Samples a video project with the SDK and says, as JSON on the last line, what the SDK reads of the result.

Arguments: server address, token, project id, an empty folder to work in.
"""

import json
import os
import sys

import numpy as np
import supervisely as sly
from describe import describe_annotation, describe_project_folder
from supervisely.video.sampling import sample_video_project

address, token, project_id, folder = sys.argv[1:]
api = sly.Api(address, token)
# The SDK keeps the video at a fixed place under /tmp while it samples: two runs at a time would mix.
result = sample_video_project(api, int(project_id), {"copy_annotations": True})
meta = sly.ProjectMeta.from_json(api.project.get_meta(result.id, with_settings=True))

tree = []
for parents, dataset in api.dataset.tree(result.id):
    images = api.image.get_list(dataset.id)
    infos = api.annotation.download_batch(dataset.id, [image.id for image in images])
    annotations = [describe_annotation(sly.Annotation.from_json(info.annotation, meta)) for info in infos]
    tree.append(
        {
            "path": [*parents, dataset.name],
            "customData": api.dataset.get_info_by_id(dataset.id).custom_data,
            "itemsCount": dataset.items_count,
            "images": [
                {"name": image.name, "size": [image.width, image.height], "meta": image.meta, **annotation}
                for image, annotation in zip(images, annotations)
            ],
        }
    )

downloaded = os.path.join(folder, "downloaded")
sly.Project.download(api, result.id, downloaded, log_progress=False, save_image_meta=True)


def nearest_frames(video_id, images):
    """For each image the index of the server's frame that it looks most like."""
    indices = list(range(api.video.get_info_by_id(video_id).frames_count))
    frames = [frame.astype(int) for frame in api.video.frame.download_nps(video_id, indices)]
    pictures = [api.image.download_np(image.id).astype(int) for image in images]
    return [int(np.argmin([np.abs(frame - picture).mean() for frame in frames])) for picture in pictures]


nearest = []
for _, dataset in api.dataset.tree(int(project_id)):
    for video in api.video.get_list(dataset.id):
        for _, sampled in api.dataset.tree(result.id):
            if sampled.name == video.name:
                nearest.append(nearest_frames(video.id, api.image.get_list(sampled.id)))

# A second run goes on with what is there: nothing may be doubled.
sample_video_project(api, int(project_id), {"copy_annotations": True}, dst_project_id=result.id)
again = sum(len(api.image.get_list(dataset.id)) for _, dataset in api.dataset.tree(result.id))

project = api.project.get_info_by_id(result.id)
print()
print(
    json.dumps(
        {
            "id": project.id,
            "name": project.name,
            "customData": project.custom_data,
            "itemsCount": project.items_count,
            "classes": sorted(each.name for each in meta.obj_classes),
            "tags": sorted(each.name for each in meta.tag_metas),
            "tree": tree,
            "nearest": nearest,
            "downloaded": describe_project_folder(sly.Project(downloaded, sly.OpenMode.READ)),
            "imagesAfterSecondRun": again,
        }
    )
)
