"""One Keras setting in a process of its own: keras_worker.py NETWORK [steps_per_execution] [no_xla].

Says {"ready": ...}, then answers each line N on stdin with {"ms": time per step over at least N steps within one fit}.
What fit does before its first steps and after its last does not count: it is nothing in a long training.
"""

import json
import os
import sys
import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers

network, *forms = sys.argv[1:]
keras.utils.set_random_seed(1)


def mlp(dropout):
    hidden = []
    for _ in range(3):
        hidden += [layers.Dense(1500, activation="relu")] + ([layers.Dropout(0.5)] if dropout else [])
    return keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10)])


def cnn():
    return keras.Sequential([
        keras.Input((784,)), layers.Reshape((28, 28, 1)),
        layers.Conv2D(32, 5, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(64, 5, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(10),
    ])  # fmt: skip


def lstm():
    return keras.Sequential([keras.Input((30, 1)), layers.LSTM(200), layers.Dense(1)])


model = {"mlp": lambda: mlp(False), "dropout": lambda: mlp(True), "cnn": cnn, "lstm": lstm}[network]()
binary = network == "lstm"
batch = 50 if binary else 100
execution = 20
losses = keras.losses
model.compile(
    optimizer=keras.optimizers.Adam(0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8),
    loss=losses.BinaryCrossentropy(from_logits=True)
    if binary
    else losses.SparseCategoricalCrossentropy(from_logits=True),
    steps_per_execution=execution if "steps_per_execution" in forms else 1,
    jit_compile=False if "no_xla" in forms else "auto",
)
random = np.random.default_rng(1)


class Clock(keras.callbacks.Callback):
    """The time at which each step ended; with steps_per_execution, the last one of each execution."""

    def __init__(self):
        super().__init__()
        self.ends = {}

    def on_train_batch_end(self, step, logs=None):
        self.ends[step] = time.perf_counter()


def measure(count):
    lead, counted = execution, -(-count // execution) * execution  # whole executions
    examples = (lead + counted) * batch
    x = random.random((examples, 30, 1) if binary else (examples, 784), dtype=np.float32)
    y = random.integers(0, 2 if binary else 10, examples)
    clock = Clock()
    model.fit(x, y, batch_size=batch, epochs=1, shuffle=False, verbose=0, callbacks=[clock])
    return (clock.ends[lead + counted - 1] - clock.ends[lead - 1]) * 1e3 / counted


measure(20)
measure(20)
version = f"{keras.__version__} on TensorFlow {tf.__version__}"
print(
    json.dumps({"ready": {"version": version, "threads": f"{os.cpu_count()} threads"}}, separators=(",", ":")),
    flush=True,
)
for line in sys.stdin:
    print(json.dumps({"ms": measure(int(line))}, separators=(",", ":")), flush=True)
