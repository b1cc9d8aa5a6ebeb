"""One PyTorch setting in a process of its own: torch_worker.py NETWORK [compile] [channels_last] [bfloat16].

Says {"ready": ...}, then answers each line N on stdin with {"ms": median of N steps}.
"""

import json
import statistics
import sys
import time

import torch
from torch import nn

network, *forms = sys.argv[1:]
torch.manual_seed(1)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 200, batch_first=True)
        self.dense = nn.Linear(200, 1)

    def forward(self, x):
        return self.dense(self.lstm(x)[0][:, -1]).squeeze(1)


def mlp(dropout):
    layers = []
    for inputs in (784, 1500, 1500):
        layers += [nn.Linear(inputs, 1500), nn.ReLU()] + ([nn.Dropout(0.5)] if dropout else [])
    return nn.Sequential(*layers, nn.Linear(1500, 10))


def cnn():
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 10),
    )  # fmt: skip


model = {"mlp": lambda: mlp(False), "dropout": lambda: mlp(True), "cnn": cnn, "lstm": Lstm}[network]()
if network == "cnn" and forms:
    model = model.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, betas=(0.9, 0.999), eps=1e-8, fused=True)
if network == "lstm":
    x, y, loss_of = torch.rand(50, 30, 1), torch.randint(0, 2, (50,)).float(), nn.BCEWithLogitsLoss()
else:
    x, y, loss_of = torch.rand(100, 784), torch.randint(0, 10, (100,)), nn.CrossEntropyLoss()
forward = torch.compile(model) if "compile" in forms else model


def step():
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled="bfloat16" in forms):
        output = forward(x)
    loss = loss_of(output.float(), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def measure(count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


measure(10)
print(
    json.dumps(
        {"ready": {"version": torch.__version__, "threads": f"{torch.get_num_threads()} threads"}},
        separators=(",", ":"),
    ),
    flush=True,
)
for line in sys.stdin:
    print(json.dumps({"ms": measure(int(line))}, separators=(",", ":")), flush=True)
