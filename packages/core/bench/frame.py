"""Times numpy's packbits(value >= threshold[sensor]), with sensors of the type it is sent."""
import sys
import time
from pathlib import Path

import numpy

folder = Path(sys.argv[1])
values = numpy.fromfile(folder / "values")
codes = numpy.fromfile(folder / "sensors", dtype=numpy.int32)
thresholds = numpy.fromfile(folder / f"thresholds-{sys.argv[2]}")
sensors = {"int32": codes, "int64": codes.astype(numpy.int64)}
for line in sys.stdin:
    sensor = sensors[line.strip()]
    start = time.perf_counter()
    numpy.packbits(values >= thresholds[sensor])
    print((time.perf_counter() - start) * 1e3, flush=True)
