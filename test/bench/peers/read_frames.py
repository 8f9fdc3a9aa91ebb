"""Frames of a video file to image files, as users of each package would write them.

Arguments: reader (opencv, pyav, torchcodec), video (a path or a URL), folder, ending (png, jpg), step, and optionally
indices, with commas between them, instead of every step-th frame. JPEG has quality 95.
The last line is JSON: {"frames", "seconds"}, without the time that Python and the packages took to start.
"""

import json
import os
import sys
import time

reader, video, folder, ending, step = sys.argv[1:6]
step = int(step)
indices = [int(index) for index in sys.argv[6].split(",")] if len(sys.argv) > 6 else None


def path(index):
    return os.path.join(folder, f"frame_{index:06d}.{ending}")


def opencv():
    import cv2

    options = [cv2.IMWRITE_JPEG_QUALITY, 95] if ending == "jpg" else []

    def work():
        capture = cv2.VideoCapture(video)
        wanted = indices or range(0, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)), step)
        count = 0
        for index in wanted:
            if step > 1 or indices:
                capture.set(cv2.CAP_PROP_POS_FRAMES, index)
            there, picture = capture.read()
            if not there:
                break
            cv2.imwrite(path(index), picture, options)
            count += 1
        return count

    return work


def pyav():
    import av
    import PIL.Image

    options = {"quality": 95} if ending == "jpg" else {}

    def work():
        count = 0
        with av.open(video) as container:
            container.streams.video[0].thread_type = "AUTO"
            for index, frame in enumerate(container.decode(video=0)):
                if index % step == 0:
                    frame.to_image().save(path(index), **options)
                    count += 1
        return count

    return work


def torchcodec():
    from torchcodec.decoders import VideoDecoder
    from torchcodec.encoders import JpegEncoder, PngEncoder

    def write(picture, index):
        if ending == "jpg":
            JpegEncoder(picture).to_file(path(index), quality=95)
        else:
            PngEncoder(picture).to_file(path(index))

    def work():
        # As many threads as there are cores, where its default is one.
        decoder = VideoDecoder(video, num_ffmpeg_threads=0)
        wanted = indices or list(range(0, len(decoder), step))
        if indices or step > 1:
            for index, picture in zip(wanted, decoder.get_frames_at(wanted).data):
                write(picture, index)
        else:
            for index in wanted:
                write(decoder[index], index)
        return len(wanted)

    return work


work = {"opencv": opencv, "pyav": pyav, "torchcodec": torchcodec}[reader]()
start = time.perf_counter()
count = work()
print(json.dumps({"frames": count, "seconds": time.perf_counter() - start}))
