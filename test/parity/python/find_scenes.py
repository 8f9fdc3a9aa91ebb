"""Prints the first frames of the scenes that PySceneDetect's ContentDetector finds in a video, as JSON.

Arguments: video, threshold. Scenes have at least 15 frames; a cut too soon after another is dropped, not merged.
"""

import json
import sys

from scenedetect import ContentDetector, SceneManager, open_video
from scenedetect.scene_detector import FlashFilter

video = open_video(sys.argv[1])
manager = SceneManager()
manager.auto_downscale = False
manager.add_detector(
    ContentDetector(threshold=float(sys.argv[2]), min_scene_len=15, filter_mode=FlashFilter.Mode.SUPPRESS)
)
manager.detect_scenes(video)
print(json.dumps([start.get_frames() for start, _ in manager.get_scene_list(start_in_scene=True)]))
