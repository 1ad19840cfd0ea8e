"""Decodes image files with OpenCV to the size that a model reads, at the reduction that OpenCV offers
for JPEG files, and prints processor milliseconds per file as JSON. Run by `residua bench decode`.

The reduction is the largest whose pixels differ from those of full decoding by no more than 1.5 grey
levels, root mean square: what the product promises too.
"""

import argparse
import json
import time

import modules

# Modules and the Debian packages that have them.
NEEDED = {"cv2": "python3-opencv", "numpy": "python3-numpy"}
BOUND = 1.5  # grey levels


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--file")
    parser.add_argument("--raw", help="WIDTHxHEIGHT of raw pixels, red, green, blue")
    arguments = parser.parse_args()
    modules.require(NEEDED)
    if arguments.check:
        return
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    size = (arguments.width, arguments.height)
    data = np.fromfile(arguments.file, np.uint8)

    def small(picture):
        return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)

    if arguments.raw:
        width, height = map(int, arguments.raw.split("x"))
        decode = lambda: small(data.reshape(height, width, 3))
        reduction, error = 1, 0.0
    else:
        full = small(cv2.imdecode(data, cv2.IMREAD_COLOR)).astype(float)
        flags = {
            8: cv2.IMREAD_REDUCED_COLOR_8,
            4: cv2.IMREAD_REDUCED_COLOR_4,
            2: cv2.IMREAD_REDUCED_COLOR_2,
            1: cv2.IMREAD_COLOR,
        }
        for reduction, flag in flags.items():
            reduced = small(cv2.imdecode(data, flag)).astype(float)
            error = float(np.sqrt(np.mean((reduced - full) ** 2)))
            if error <= BOUND and full.shape[0] <= cv2.imdecode(data, flag).shape[0]:
                break
        decode = lambda: small(cv2.imdecode(data, flags[reduction]))
    for _ in range(max(1, arguments.frames // 10)):
        decode()
    start = time.process_time()
    for _ in range(arguments.frames):
        decode()
    millis = 1e3 * (time.process_time() - start) / arguments.frames
    print(
        json.dumps(
            {
                "millis": millis,
                "reduction": reduction,
                "difference": error,
                "opencv": cv2.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
