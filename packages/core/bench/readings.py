"""Times the original task in pure Python, once for each line it is sent."""
import csv
import math
import sys
import time

COLUMNS = [f"params.{kind}RMS.{axis}" for kind in ("vel", "accel") for axis in "xyz"]


def task(path):
    rows = []
    values = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            sensor = row["sensorId"]
            cells = [float(row[column]) if row[column] else math.nan for column in COLUMNS]
            rows.append((sensor, cells))
            own = values.setdefault(sensor, [[] for _ in COLUMNS])
            for column, value in enumerate(cells):
                if not math.isnan(value):
                    own[column].append(value)
    thresholds = {}
    for sensor, own in values.items():
        thresholds[sensor] = []
        for column in own:
            mean = math.fsum(column) / len(column)
            squares = math.fsum((value - mean) ** 2 for value in column)
            thresholds[sensor].append(mean + 2 * math.sqrt(squares / (len(column) - 1)))
    return sum(
        value >= threshold
        for sensor, cells in rows
        for value, threshold in zip(cells, thresholds[sensor])
    )


for _ in sys.stdin:
    start = time.perf_counter()
    task(sys.argv[1])
    print((time.perf_counter() - start) * 1e3, flush=True)
