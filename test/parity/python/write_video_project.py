"""Writes a video project folder with the SDK. Arguments: the folder, a video of 160 x 120 with 30 frames."""

import sys

import supervisely as sly

folder, video = sys.argv[1:]
car = sly.ObjClass("car", sly.Rectangle)
zone = sly.ObjClass("zone", sly.Polygon)
speed = sly.TagMeta("speed", sly.TagValueType.ANY_NUMBER)
project = sly.VideoProject(folder, sly.OpenMode.CREATE)
project.set_meta(sly.ProjectMeta([car, zone], [speed], project_type="videos"))
for name, path in (("street", "street"), ("night", "street/datasets/night")):
    dataset = project.create_dataset(name, path)
    tag = sly.VideoTag(speed, value=3, frame_range=[0, 4])
    objects = [sly.VideoObject(car, tags=sly.VideoTagCollection([tag])), sly.VideoObject(zone)]
    frames = [
        sly.Frame(
            index,
            [
                sly.VideoFigure(objects[0], sly.Rectangle(2, index, 30, 40 + index), index, track_id="tracker"),
                sly.VideoFigure(objects[1], sly.Polygon([sly.PointLocation(5, 5), sly.PointLocation(5, 60), sly.PointLocation(70, 30)]), index),
            ],
        )
        for index in range(10)
    ]
    annotation = sly.VideoAnnotation(
        (120, 160),
        30,
        sly.VideoObjectCollection(objects),
        sly.FrameCollection(frames),
        sly.VideoTagCollection([sly.VideoTag(speed, value=9)]),
        description=name,
    )
    dataset.add_item_file(f"{name}.mp4", video, ann=annotation)
