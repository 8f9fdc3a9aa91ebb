"""Scores of raw RGB frames by OpenCV and imagehash, a JSON line for each: score_frames.py FILE WIDTH HEIGHT"""

import json
import sys

import cv2
import imagehash
import numpy
from PIL import Image

path, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
size = width * height * 3
with open(path, "rb") as file:
    while len(data := file.read(size)) == size:
        rgb = numpy.frombuffer(data, numpy.uint8).reshape(height, width, 3)
        gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        print(
            json.dumps(
                {
                    "sharpness": cv2.Laplacian(gray, cv2.CV_64F).var(),
                    "brightness": gray.mean(),
                    "hash": str(imagehash.phash(Image.fromarray(rgb))),
                }
            )
        )
