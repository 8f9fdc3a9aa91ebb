"""Compares frames with what PyAV and OpenCV read from the same file, from its start, one picture after another.

A line of JSON a file on stdin: {"path", "raw", "width", "height"}, `raw` being RGB pictures one after another.
A line of JSON a file on stdout: {"pyav": result, "opencv": result}, with a result being
{"count", "equal", "worst", "moved", "otherSize"} or {"error"}: pictures read, how many have the same pixels, the greatest
mean difference of a picture, the indices that look more like one of their neighbours, and how many have another size.
"""

import json
import sys

import av
import cv2
import numpy

NEAR = 3


def read_pyav(path):
    with av.open(path) as container:
        streams = container.streams.video
        stream = next(s for s in streams if not s.disposition & av.stream.Disposition.attached_pic)
        for frame in container.decode(stream):
            yield frame.to_ndarray(format="rgb24"), frame.rotation


def read_opencv(path):
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise RuntimeError("OpenCV does not open it")
    while True:
        there, picture = capture.read()
        if not there:
            return
        yield picture[:, :, ::-1], 0


def upright(picture, rotation):
    """PyAV gives pictures as they are stored, and says by how much they have to be turned counter-clockwise."""
    return numpy.rot90(picture, round(rotation / 90) % 4)


def compare(pictures, expected):
    count, equal, worst, moved, other_size = 0, 0, 0.0, [], 0
    for index, (picture, rotation) in enumerate(pictures):
        count += 1
        if index >= len(expected):
            continue
        picture = upright(picture, rotation)
        if picture.shape != expected[index].shape:
            other_size += 1
            continue
        if numpy.array_equal(picture, expected[index]):
            equal += 1
            continue
        picture = picture.astype(numpy.int16)
        near = range(max(0, index - NEAR), min(len(expected), index + NEAR + 1))
        differences = {at: float(numpy.abs(picture - expected[at]).mean()) for at in near}
        worst = max(worst, differences[index])
        if min(differences, key=differences.get) != index:
            moved.append(index)
    return {"count": count, "equal": equal, "worst": round(worst, 2), "moved": moved, "otherSize": other_size}


def attempt(reader, path, expected):
    try:
        return compare(reader(path), expected)
    except Exception as error:
        return {"error": str(error)}


for line in sys.stdin:
    task = json.loads(line)
    shape = (-1, task["height"], task["width"], 3)
    expected = numpy.fromfile(task["raw"], dtype=numpy.uint8).reshape(shape)
    result = {name: attempt(reader, task["path"], expected) for name, reader in (("pyav", read_pyav), ("opencv", read_opencv))}
    print(json.dumps(result), flush=True)
