"""Encodes a picture again and again. One line of JSON a request on stdin: {"encoder", "raw", "width", "height", "runs"};
`raw` is a file of RGB pixels. One line on stdout: {"milliseconds": [...], "bytes"}, or {"error"}.
"""

import json
import sys
import time

import numpy


def opencv(picture):
    import cv2

    picture = numpy.ascontiguousarray(picture[:, :, ::-1])
    return lambda: cv2.imencode(".png", picture)[1]


def fpng(picture):
    import fpng

    return lambda: fpng.from_ndarray(picture)


def work(request):
    shape = (request["height"], request["width"], 3)
    picture = numpy.fromfile(request["raw"], dtype=numpy.uint8).reshape(shape)
    encode = {"opencv": opencv, "fpng": fpng}[request["encoder"]](picture)
    times = []
    for _ in range(request["runs"]):
        start = time.perf_counter()
        result = encode()
        times.append((time.perf_counter() - start) * 1000)
    return {"milliseconds": times, "bytes": len(result)}


for line in sys.stdin:
    try:
        answer = work(json.loads(line))
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
