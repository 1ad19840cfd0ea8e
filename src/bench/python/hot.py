"""Where a thread spends its time, from a recording of Java Flight Recorder.

    jfr print --events jdk.ExecutionSample,jdk.NativeMethodSample --stack-depth 40 FILE.jfr | python3 hot.py THREAD

THREAD is a regular expression. Prints the shares of samples by the innermost method, then by every method of
dev.residua on the stack. Samples are taken every 10 to 20 ms: shares below some per cent say little.
"""
import collections
import re
import sys


def main(thread, text):
    top, within, samples = collections.Counter(), collections.Counter(), 0
    for event in re.split(r"jdk\.(?:Execution|NativeMethod)Sample \{", text)[1:]:
        name = re.search(r'sampledThread = "([^"]+)"', event)
        if not name or not re.search(thread, name.group(1)):
            continue
        frames = re.findall(r"^\s+([\w.$<>]+)\(.*?\)?\s*line:", event, re.M)
        if not frames:
            continue
        samples += 1
        top[frames[0]] += 1
        within.update({frame for frame in frames if frame.startswith("dev.residua.")})
    if not samples:
        sys.exit("no sample of a thread that matches '%s'; jfr print shows their names" % thread)
    print("%d samples" % samples)
    for title, counts in (("innermost", top), ("on the stack", within)):
        print(title)
        for method, count in counts.most_common(25):
            print("  %5.1f %%  %s" % (100 * count / samples, method))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.stdin.read())
