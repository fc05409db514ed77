"""A small GPT-2 trained on the bytes of one text by PyTorch, in fp32 or with
bfloat16 products (autocast): torch_recipe.py JOB, answering as
bench/contender.h describes, and the validation loss at the end."""
import json
import math
import sys
import time

import torch
from torch.nn import functional as F
from torch_gpt2 import Gpt2, peak_memory_bytes

VOCABULARY = 257  # bytes and the end of the text
VALIDATION_TOKENS = 16384  # in windows spread evenly

job = json.loads(sys.argv[1])
torch.set_num_threads(job["threads"] or torch.get_num_threads())
torch.manual_seed(1)
with open(job["text"], "rb") as file:
    ids = torch.tensor(list(file.read()) + [VOCABULARY - 1])
held_out = round(len(ids) * job["validation_fraction"])
training, validation = ids[:-held_out], ids[-held_out:]
batch, window = job["batch_size"], job["context"]

model = Gpt2(job["layers"], job["width"], job["heads"], VOCABULARY, window)
for name, parameter in model.named_parameters():
    if parameter.dim() == 2:
        into_residual = name.endswith("_proj.weight")
        torch.nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * job["layers"]) if into_residual else 0.02)
    elif name.endswith("bias"):
        torch.nn.init.zeros_(parameter)
groups = [
    {"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": job["weight_decay"]},
    {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0},
]
optimizer = torch.optim.AdamW(groups, lr=job["learning_rate"], betas=(0.9, job["beta2"]))


def learning_rate(step):
    if step <= job["warmup_steps"]:
        return job["learning_rate"] * step / job["warmup_steps"]
    done = (step - job["warmup_steps"]) / (job["steps"] - job["warmup_steps"])
    span = job["learning_rate"] - job["min_learning_rate"]
    return job["min_learning_rate"] + span * (1 + math.cos(math.pi * done)) / 2


def windows(data, starts):
    return (torch.stack([data[i + shift : i + shift + window] for i in starts]) for shift in (0, 1))


def loss_of(data, starts):
    inputs, targets = windows(data, starts)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=job["precision"] == "bf16"):
        logits = model(inputs)
        return F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())


start = time.perf_counter()
for step in range(1, job["steps"] + 1):
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step)
    optimizer.zero_grad(set_to_none=True)
    loss_of(training, torch.randint(len(training) - window, (batch,))).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), job["clip_norm"])
    optimizer.step()
with torch.no_grad():
    every = (len(validation) - 1) // window
    count = min(every, max(1, VALIDATION_TOKENS // window))
    starts = [i * every // count * window for i in range(count)]
    parts = [starts[i : i + batch] for i in range(0, count, batch)]
    total = sum(loss_of(validation, part).item() * len(part) for part in parts)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - start,
            "tokens": job["steps"] * batch * window,
            "peak_memory_bytes": peak_memory_bytes(),
            "validation_loss": total / count,
        }
    )
)
