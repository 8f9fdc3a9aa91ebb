"""What the parity tests look at, as plain JSON values."""


import json


def describe_geometry(geometry):
    """A geometry in pixel coordinates, [x, y]. Masks are told by origin, size and number of set pixels."""
    name = geometry.geometry_name()
    if name in ("bitmap", "alpha_mask"):
        rows, columns = geometry.data.shape
        origin = [geometry.origin.col, geometry.origin.row]
        return {"origin": origin, "size": [columns, rows], "set": int((geometry.data > 0).sum())}
    data = geometry.to_json()
    if name == "multipolygon":
        return {"parts": [part["exterior"] for part in data["parts"]]}
    return {"exterior": data["points"]["exterior"]}


def describe_tags(tags):
    return sorted(([tag.meta.name, tag.value] for tag in tags), key=str)


def describe_annotation(annotation):
    labels = [
        {
            "class": label.obj_class.name,
            "type": label.geometry.geometry_name(),
            "tags": describe_tags(label.tags),
            **describe_geometry(label.geometry),
        }
        for label in annotation.labels
    ]
    return {
        "size": list(annotation.img_size),
        "tags": describe_tags(annotation.img_tags),
        "labels": sorted(labels, key=lambda label: label["class"]),
    }


def describe_project_folder(project):
    """Datasets of a `supervisely.Project` by name, each with its images and their annotations and metas."""
    datasets = {}
    for dataset in project.datasets:
        images = {}
        for name in dataset.get_items_names():
            image = describe_annotation(dataset.get_ann(name, project.meta))
            with open(dataset.get_item_meta_path(name)) as file:
                image["meta"] = json.load(file)
            images[name] = image
        datasets[dataset.name] = images
    return datasets
