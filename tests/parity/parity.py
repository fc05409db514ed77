#!/usr/bin/python3
"""Compares artspeak with a PyTorch GPT-2 on random models.

On small ones logits within 1e-4, loss within 1e-5, every gradient tensor within
1e-3 in relative L2 norm; the biases of keys, whose true gradients are zero,
absolutely; the losses of the first ten steps of each optimiser, with decay,
clipping, a schedule and accumulation, within 1e-4 in fp32 and 1e-2 with bfloat16
products, where the processor has them. On one of 124M's width, depth and
vocabulary the logits, and the loss that `model evaluate` finds with a sliding
window, within 1e-4.
Exits with 77 (skipped) when PyTorch or the reference beside the tree is absent.

Tolerances: both sides work in fp32 (rounding 6e-8) on sums of up to a few
thousand terms, whose errors add up like their root, over two layers: about 1e-6
on logits of size 1. The limits leave two orders of magnitude for other
processors and libraries; a wrong term shows at 1e-2 and above.
"""
import argparse
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

SKIPPED = 77


def skip(reason):
    print("skipped:", reason)
    sys.exit(SKIPPED)


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(data[begin:end], "<f4").astype("f8").reshape(entry["shape"])
    return tensors


class Comparison:
    def __init__(self):
        self.failures = 0

    def check(self, what, error, limit):
        good = error <= limit  # false for NaN
        self.failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}: {error:.2e} (limit {limit:.0e})")


def compare(comparison, options, folder, shape, count):
    model = os.path.join(folder, "model")
    flags = [word for key, value in shape.items() for word in ("--" + key, str(value))]
    run(sys.executable, os.path.join(options.peers, "make_random_gpt2.py"), model,
        "--ln-std", "0.1", "--bias-std", "0.1", *flags)
    draw = random.Random(1)
    ids = [draw.randrange(shape["vocab"]) for _ in range(count)]
    listed = ",".join(map(str, ids))
    paths = {name: os.path.join(folder, name) for name in
             ("torch.npy", "torch.safetensors", "ours.npy", "ours.safetensors")}
    answer = json.loads(run(
        sys.executable, os.path.join(options.peers, "torch_gpt2.py"), "--model", model, "--task", "ref",
        "--ids", listed, "--save-logits", paths["torch.npy"], "--save-grads", paths["torch.safetensors"]))
    run(options.artspeak, "model", "logits", model, "--ids", listed, "--output", paths["ours.npy"])
    loss = float(run(options.gradients, model, paths["ours.safetensors"], *map(str, ids)))

    ours, theirs = np.load(paths["ours.npy"]), np.load(paths["torch.npy"])
    assert ours.dtype == np.float32 and ours.shape == (count, shape["vocab"]), (ours.dtype, ours.shape)
    comparison.check("logits", np.abs(ours - theirs).max(), 1e-4)
    comparison.check("loss", abs(loss - answer["loss"]), 1e-5)
    ours, theirs = read_safetensors(paths["ours.safetensors"]), read_safetensors(paths["torch.safetensors"])
    assert ours.keys() == theirs.keys(), ours.keys() ^ theirs.keys()
    width = shape["n-embd"]
    for name, expected in theirs.items():
        got = ours[name]
        if name.endswith("attn.c_attn.bias"):
            # Adding one number to all scores of a query changes no softmax.
            comparison.check(name + " (keys)", np.abs(got[width:2 * width]).max(), 1e-6)
            got, expected = (np.delete(x, np.s_[width:2 * width]) for x in (got, expected))
        comparison.check(name, np.linalg.norm(got - expected) / np.linalg.norm(expected), 1e-3)
    compare_losses(comparison, options, model, ids)


# What decides how a step goes, by the names on the command line. Rates are such
# that each loss falls visibly, and decays such that each matters.
ADAMW = {"optimizer": "adamw", "learning-rate": 1e-3}
ADAM = {"optimizer": "adam", "learning-rate": 1e-3}
SGD = {"optimizer": "sgd", "learning-rate": 0.2}
TRAININGS = [
    ADAMW,
    ADAM,
    SGD,
    {**ADAMW, "weight-decay": 20},
    {**ADAM, "weight-decay": 0.1},
    {**SGD, "weight-decay": 0.1},
    {**ADAMW, "clip-norm": 0.05, "beta1": 0.5, "beta2": 0.9},
    {**SGD, "clip-norm": 1},
    {**ADAMW, "schedule": "cosine", "warmup-steps": 4, "min-learning-rate": 5e-4},
    {**SGD, "accumulate-gradients": 3},
    {**ADAMW, "learning-rate": 5e-3, "only-train-transformer-layers": True},
    {**SGD, "weight-decay": 0.1, "clip-norm": 1, "accumulate-gradients": 2, "schedule": "cosine", "warmup-steps": 2},
]


def compare_losses(comparison, options, model, ids, steps=10):
    with open("/proc/cpuinfo") as file:
        bf16 = "avx512_bf16" in file.read()
    trainings = [{"precision": "fp32", **training} for training in TRAININGS]
    trainings += [{**training, "precision": "bf16"} for training in (ADAMW, SGD) if bf16]
    for training in trainings:
        with tempfile.TemporaryDirectory() as folder:
            answer = run(options.losses, model, os.path.join(folder, "run"), json.dumps(training), str(steps),
                         *map(str, ids))
        ours = [float(line) for line in answer.split()]
        theirs = torch_losses(model, training, steps, ids)
        # A model that learns nothing would agree with anything that starts alike.
        assert theirs[-1] < 0.95 * theirs[0], (training, theirs)
        difference = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
        named = " ".join(str(value) if key == "optimizer" else f"{key} {value}" for key, value in training.items())
        comparison.check(f"{steps} losses: {named}", difference,
                         {"fp32": 1e-4, "bf16": 1e-2}[training["precision"]])


def torch_losses(model, training, steps, ids):
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "bench", "peers"))
    import torch
    import torch_gpt2

    network = torch_gpt2.load(model)
    named = dict(network.named_parameters())
    if training.get("only-train-transformer-layers"):
        named = {name: tensor for name, tensor in named.items() if name.startswith("blocks.")}
    decay = training.get("weight-decay", 0)
    groups = [
        {"params": [x for x in named.values() if x.dim() >= 2], "weight_decay": decay},
        {"params": [x for x in named.values() if x.dim() < 2], "weight_decay": 0},
    ]
    rate = training["learning-rate"]
    if training["optimizer"] == "sgd":
        optimizer = torch.optim.SGD(groups, lr=rate)
    else:
        kind = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}[training["optimizer"]]
        optimizer = kind(groups, lr=rate, betas=(training.get("beta1", 0.9), training.get("beta2", 0.999)))
    schedule = None
    if training.get("schedule") == "cosine":
        warmup = training["warmup-steps"]
        schedules = torch.optim.lr_scheduler
        schedule = schedules.SequentialLR(optimizer, [
            schedules.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1),
            schedules.CosineAnnealingLR(optimizer, steps - warmup, eta_min=training.get("min-learning-rate", 0)),
        ], milestones=[warmup - 1])
    tokens = torch.tensor([ids])
    passes = training.get("accumulate-gradients", 1)
    results = []
    for _ in range(steps):
        optimizer.zero_grad()
        for _ in range(passes):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=training["precision"] == "bf16"):
                logits = network(tokens[:, :-1])
            loss = torch.nn.functional.cross_entropy(logits[0].float(), tokens[0, 1:])
            (loss / passes).backward()
        if "clip-norm" in training:
            torch.nn.utils.clip_grad_norm_(named.values(), training["clip-norm"])
        optimizer.step()
        if schedule:
            schedule.step()
        results.append(loss.item())
    return results


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def losses(logits, targets):
    """-log softmax(logits)[target] of each row, in double precision."""
    logits = logits.astype("f8")
    top = logits.max(axis=1, keepdims=True)
    normalisers = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return normalisers - logits[np.arange(len(targets)), targets]


# Words that no tokenizer cuts alike twice: the ids need only be many and mixed.
def some_text(words):
    draw = random.Random(2)
    return " ".join("".join(draw.choice("aeioubcdlmnprst") for _ in range(draw.randrange(1, 9)))
                    for _ in range(words))


def compare_full_size(comparison, options, folder, vocabulary):
    context, stride = 128, 96
    model = os.path.join(folder, "model")
    run(sys.executable, os.path.join(options.peers, "make_random_gpt2.py"), model, "--size", "124M",
        "--n-ctx", str(context), "--ln-std", "0.1", "--bias-std", "0.1")
    for name in ("encoder.json", "vocab.bpe"):
        shutil.copy(os.path.join(vocabulary, name), model)
    text, logits = os.path.join(folder, "text.txt"), os.path.join(folder, "logits.npy")
    with open(text, "w") as file:
        file.write(some_text(120))
    ids = json.loads(run(options.artspeak, "tokenizer", "encode", model, input=json.dumps(some_text(120)) + "\n"))
    ids.append(50256)  # every document's end
    assert len(ids) > 2 * context, len(ids)

    windows = {}
    for begin in range(0, len(ids) - 1 - context + stride, stride):
        run(sys.executable, os.path.join(options.peers, "torch_gpt2.py"), "--model", model, "--task", "ref",
            "--ids", ",".join(map(str, ids[begin:begin + context])), "--save-logits", logits)
        windows[begin] = np.load(logits)
    run(options.artspeak, "model", "logits", model, "--ids", ",".join(map(str, ids[:context])), "--output", logits)
    comparison.check("124M logits", np.abs(np.load(logits) - windows[0]).max(), 1e-4)

    # Each token is predicted once, by the first window that reaches it.
    expected = []
    for begin, rows in windows.items():
        done, end = len(expected), min(begin + context, len(ids) - 1)
        expected.extend(losses(rows[done - begin:end - begin], np.array(ids[done + 1:end + 1])))
    answer = json.loads(run(options.artspeak, "model", "evaluate", model, text, "--stride", str(stride), "--json"))
    assert answer["tokens"] == len(expected) == len(ids) - 1, (answer, len(expected))
    comparison.check("124M loss with a sliding window", abs(answer["loss"] - np.mean(expected)), 1e-4)
    comparison.check("124M perplexity, relative", abs(answer["perplexity"] / np.exp(np.mean(expected)) - 1), 1e-4)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artspeak", required=True, help="the program")
    parser.add_argument("--gradients", required=True, help="the parity_gradients program")
    parser.add_argument("--losses", required=True, help="the parity_losses program")
    parser.add_argument("--peers", required=True, help="folder of the PyTorch reference")
    options = parser.parse_args()
    if not os.path.isfile(os.path.join(options.peers, "torch_gpt2.py")):
        skip("no PyTorch reference in " + options.peers)
    try:
        global np
        import numpy as np
        import torch  # noqa: F401: only to know whether it is there
    except ImportError as error:
        skip(f"{error}: apt-get install python3-torch")
    comparison = Comparison()
    shapes = [
        ({"n-layer": 2, "n-embd": 64, "n-head": 4, "vocab": 512, "n-ctx": 64}, 64),
        ({"n-layer": 3, "n-embd": 60, "n-head": 5, "vocab": 333, "n-ctx": 200}, 150),
    ]
    for shape, count in shapes:
        print(shape)
        with tempfile.TemporaryDirectory() as folder:
            compare(comparison, options, folder, shape, count)
    vocabulary = os.path.join(options.peers, "..", "data", "gpt2-vocab")
    if os.path.isdir(vocabulary):
        with tempfile.TemporaryDirectory() as folder:
            compare_full_size(comparison, options, folder, vocabulary)
    sys.exit(comparison.failures > 0)


main()
