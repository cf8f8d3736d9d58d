"""Logs points with a tracker as its users do, and prints the nanoseconds that each call took of the caller's time:

    python trackers.py <trackio | wandb | tensorboard> <folder> <count>

Each point has what the event of the row has as numbers: latency, three counts of tokens, cost.
"""

import os
import sys
import time

TRACKER, FOLDER, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.environ.update(TRACKIO_DIR=FOLDER, WANDB_DIR=FOLDER, WANDB_MODE="offline", WANDB_SILENT="true")
os.chdir(FOLDER)
stdout = os.dup(1)
os.dup2(2, 1)


def points():
    for i in range(COUNT):
        yield i, {"latency_ms": 100 + i % 50, "prompt": 100, "completion": i % 800, "total": 100 + i % 800, "cost": 1e-4 * i}


def with_trackio():
    import trackio

    trackio.init(project="bench", embed=False)
    return lambda step, point: trackio.log(point, step=step), trackio.finish


def with_wandb():
    import wandb

    run = wandb.init(project="bench", mode="offline", dir=FOLDER)
    return lambda step, point: run.log(point, step=step), run.finish


def with_tensorboard():
    from tensorboard.summary import Writer

    writer = Writer(os.path.join(FOLDER, "logs"))

    def log(step, point):
        for name, value in point.items():
            writer.add_scalar(name, value, step)

    return log, writer.close


log, finish = {"trackio": with_trackio, "wandb": with_wandb, "tensorboard": with_tensorboard}[TRACKER]()
prepared = list(points())
for step, point in prepared[:10]:
    log(step, point)
start = time.perf_counter_ns()
for step, point in prepared[10:]:
    log(step, point)
elapsed = time.perf_counter_ns() - start
finish()
os.write(stdout, f"{elapsed / (COUNT - 10)}\n".encode())
