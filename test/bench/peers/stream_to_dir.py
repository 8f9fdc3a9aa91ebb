"""Frames of a video on a server to image files with the SDK's `stream_video_frames_to_dir`.

Arguments: server address, token, video id, folder, ending.
The last line is JSON: {"frames", "seconds"}, without the time that Python and the packages took to start.
"""

import json
import sys
import time

import cv2
import supervisely as sly
from supervisely.video.sampling import stream_video_frames_to_dir

address, token, video, folder, ending = sys.argv[1:]
api = sly.Api(address, token)
# The SDK's own writer leaves the quality of JPEG to OpenCV, which takes 95.
start = time.perf_counter()
files = stream_video_frames_to_dir(api, int(video), folder, ext=ending)
print(json.dumps({"frames": len(files), "seconds": time.perf_counter() - start, "opencv": cv2.__version__}))
