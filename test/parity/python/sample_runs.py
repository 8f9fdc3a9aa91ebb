"""Samples with the SDK, run by run, and says as JSON on the last line what came of each: {"project", "error"}.

Arguments: server address, token, and JSON: a list of runs
- {"source", "settings", "into"?, "datasets"?}: `sample_video_project`
- {"video", "settings", "dataset"}: `sample_video` into a dataset
An error is its type and its text.
"""

import json
import sys

import supervisely as sly
from supervisely.video.sampling import sample_video, sample_video_project

address, token, runs = sys.argv[1:]


def sample(run):
    # One for each run: it remembers the meta of the project that it wrote to last.
    api = sly.Api(address, token, retry_count=1)
    settings = run["settings"]
    if "video" in run:
        sample_video(api, run["video"], api.dataset.get_info_by_id(run["dataset"]), settings)
        return {"project": None, "error": None}
    into = run.get("into")
    known = {project.id for project in api.project.get_list(1)}
    try:
        result = sample_video_project(api, run["source"], settings, dst_project_id=into, datasets_ids=run.get("datasets"))
        return {"project": result.id, "error": None}
    except Exception as error:
        made = [project.id for project in api.project.get_list(1) if project.id not in known]
        return {"project": into or (made or [None])[0], "error": f"{type(error).__name__}: {error}"}


def attempt(run):
    try:
        return sample(run)
    except Exception as error:
        return {"project": None, "error": f"{type(error).__name__}: {error}"}


print()
print(json.dumps({"runs": [attempt(run) for run in json.loads(runs)]}))
