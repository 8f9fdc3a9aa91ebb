"""Samples a video project with the SDK's `sample_video_project`, with the reader that is installed.

Arguments: server address, token, project id, JSON of its settings.
The last line is JSON: {"seconds", "reader"}, without the time that Python and the packages took to start.
"""

import json
import sys
import time

import supervisely as sly
from supervisely.video.sampling import sample_video_project

address, token, project, settings = sys.argv[1:]
try:
    import decord

    reader = f"decord {decord.__version__}"
except ImportError:
    import cv2

    reader = f"OpenCV {cv2.__version__}"

api = sly.Api(address, token)
start = time.perf_counter()
result = sample_video_project(api, int(project), json.loads(settings))
images = sum(dataset.images_count or 0 for _, dataset in api.dataset.tree(result.id))
print()
print(json.dumps({"frames": images, "seconds": time.perf_counter() - start, "reader": reader}))
