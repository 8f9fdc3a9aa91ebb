"""Loads a COCO file with pycocotools and prints what it makes of it."""

import contextlib
import json
import sys

from pycocotools import mask
from pycocotools.coco import COCO

with contextlib.redirect_stdout(sys.stderr):
    coco = COCO(sys.argv[1])
annotations = {}
for annotation in coco.loadAnns(coco.getAnnIds()):
    found = {"area": annotation["area"], "bbox": annotation["bbox"]}
    if annotation["segmentation"]:
        rle = coco.annToRLE(annotation)
        found["maskArea"] = int(mask.area(rle))
        found["maskBox"] = [float(value) for value in mask.toBbox(rle)]
        found["pixels"] = ["%d,%d" % (x, y) for y, x in zip(*mask.decode(rle).nonzero())]
    annotations[annotation["id"]] = found
print(
    json.dumps(
        {
            "images": len(coco.getImgIds()),
            "categories": [each["name"] for each in coco.loadCats(coco.getCatIds())],
            "annotations": annotations,
        }
    )
)
