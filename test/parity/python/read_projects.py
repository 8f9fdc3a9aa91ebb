"""Opens a folder of images with the SDK, downloads a video project with it, and says as JSON on the last line what it found.

Arguments: the images project's folder, server address, token, id of a video project, an empty folder to work in.
"""

import json
import os
import sys

import supervisely as sly
from describe import describe_project_folder

images, address, token, project_id, folder = sys.argv[1:]
project = sly.Project(images, sly.OpenMode.READ)

downloaded = os.path.join(folder, "videos")
sly.VideoProject.download(sly.Api(address, token), int(project_id), downloaded, log_progress=False)
videos = sly.VideoProject(downloaded, sly.OpenMode.READ)
annotations = {}
for dataset in videos.datasets:
    for name in dataset.get_items_names():
        annotation = dataset.get_ann(name, videos.meta)
        annotations[f"{dataset.name}/{name}"] = {
            "description": annotation.description,
            "framesCount": annotation.frames_count,
            "tags": [[tag.meta.name, tag.value] for tag in annotation.tags],
            "objects": [[each.obj_class.name, [[tag.meta.name, tag.value, tag.frame_range] for tag in each.tags]] for each in annotation.objects],
            "figures": [
                [frame.index, figure.parent_object.obj_class.name, figure.geometry.to_json()["points"]["exterior"], figure.track_id]
                for frame in annotation.frames
                for figure in frame.figures
            ],
        }
print()
print(
    json.dumps(
        {
            "classes": sorted(each.name for each in project.meta.obj_classes),
            "totalItems": project.total_items,
            "datasets": describe_project_folder(project),
            "videos": annotations,
        }
    )
)
