"""Describes images projects as the SDK reads them, as JSON on the last line: {"projects": [description]}.

Arguments: server address, token, and JSON: a list of {"id", "resize": [height, width] or null}. With `resize`, every
label is also given as the SDK's own `Annotation.resize` makes it, cropped to the new picture and not cropped.
"""

import hashlib
import json
import sys

import supervisely as sly
from supervisely.annotation.json_geometries_map import GET_GEOMETRY_FROM_STR

address, token, wanted = sys.argv[1:]
api = sly.Api(address, token)

# What an unknown type's geometry has besides its own keys: those of the label.
NOT_GEOMETRY = {
    *("shape", "geometryType", "labelerLogin", "createdAt", "updatedAt", "id", "classId"),
    *("classTitle", "description", "tags", "nnCreated", "nnUpdated"),
}


def describe_geometry(geometry):
    """A geometry in pixel coordinates, [x, y]; masks with all their values."""
    if isinstance(geometry, (sly.Bitmap, sly.AlphaMask, sly.MultichannelBitmap)):
        origin = [geometry.origin.col, geometry.origin.row]
        return {"origin": origin, "rows": geometry.data.astype(int).tolist()}
    described = {key: value for key, value in geometry.to_json().items() if key not in NOT_GEOMETRY}
    if "angle" in described:
        described["angle"] = round(described["angle"], 9)
    return described


def describe_tags(tags):
    return [[tag.meta.name, tag.value, tag.labeler_login] for tag in tags]


def type_of(geometry):
    return geometry.to_json().get("geometryType", geometry.geometry_name())


def describe_label(label, size, resize):
    described = {
        "class": label.obj_class.name,
        "type": type_of(label.geometry),
        "tags": describe_tags(label.tags),
        "geometry": describe_geometry(label.geometry),
    }
    if resize:
        resize = tuple(resize)
        pieces = sly.Annotation(size, [label]).resize(resize, skip_empty_masks=True).labels
        described["resized"] = [describe_geometry(piece.geometry) for piece in pieces]
        try:
            described["uncropped"] = describe_geometry(label.geometry.resize(size, resize))
        except ValueError:
            described["uncropped"] = None
    return described


def download_annotations(dataset_id, image_ids):
    try:
        return [info.annotation for info in api.annotation.download_batch(dataset_id, image_ids)]
    except TypeError:
        # The SDK can't take a cuboid to pixel coordinates; the server can.
        body = {"datasetId": dataset_id, "imageIds": image_ids, "integerCoords": True}
        return [each["annotation"] for each in api.post("annotations.bulk.info", body).json()]


def describe_labels(annotation_json, meta, resize):
    try:
        annotation = sly.Annotation.from_json(annotation_json, meta)
        return [describe_label(label, annotation.img_size, resize) for label in annotation.labels]
    except RuntimeError:
        # The SDK reads no graph and no cuboid_2d under a class of any shape; their geometry it reads.
        return [
            {
                "class": label["classTitle"],
                "type": label["geometryType"],
                "tags": describe_tags(sly.TagCollection.from_json(label["tags"], meta.tag_metas)),
                "geometry": describe_geometry(GET_GEOMETRY_FROM_STR(label["geometryType"]).from_json(label)),
            }
            for label in annotation_json["objects"]
        ]


def describe_project(project_id, resize):
    project = api.project.get_info_by_id(project_id)
    meta_json = api.project.get_meta(project_id)
    meta = sly.ProjectMeta.from_json(meta_json)
    datasets = {}
    for parents, dataset in api.dataset.tree(project_id):
        info = api.dataset.get_info_by_id(dataset.id)
        images = api.image.get_list(dataset.id)
        pictures = api.image.download_nps(dataset.id, [image.id for image in images])
        found = download_annotations(dataset.id, [image.id for image in images])
        described = {}
        for image, picture, annotation in zip(images, pictures, found):
            tags = sly.TagCollection.from_json(annotation["tags"], meta.tag_metas)
            described[image.name] = {
                "meta": image.meta,
                "size": [image.height, image.width],
                "pixels": hashlib.sha256(picture.tobytes()).hexdigest(),
                "annotationSize": [annotation["size"]["height"], annotation["size"]["width"]],
                "tags": describe_tags(tags),
                "labels": describe_labels(annotation, meta, resize),
            }
        datasets["/".join([*parents, dataset.name])] = {
            "description": info.description,
            "customData": info.custom_data,
            "images": described,
        }
    return {
        "name": project.name,
        "description": project.description,
        "customData": project.custom_data,
        "type": project.type,
        "settings": api.project.get_settings(project_id),
        "meta": {
            kind: [{key: value for key, value in each.items() if key != "id"} for each in meta_json[kind]]
            for kind in ("classes", "tags")
        },
        "datasets": datasets,
    }


print()
print(json.dumps({"projects": [describe_project(each["id"], each.get("resize")) for each in json.loads(wanted)]}))
