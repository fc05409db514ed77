"""AdamW steps over one window by PyTorch, in fp32 or with bfloat16 products
(autocast): torch_train.py JOB, answering as bench/contender.h describes. A first
step warms up."""
import json
import sys
import time

import torch
from torch.nn import functional as F
from torch_gpt2 import Gpt2, peak_memory_bytes

job = json.loads(sys.argv[1])
torch.set_num_threads(job["threads"])
torch.manual_seed(1)
model = Gpt2(job["layers"], job["width"], job["heads"], job["vocabulary"])
for parameter in model.parameters():
    if parameter.dim() == 2:
        torch.nn.init.normal_(parameter, std=0.02)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
ids = torch.randint(0, job["vocabulary"], (1, job["tokens"] + 1))
for _ in range(2):
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=job["precision"] == "bf16"):
        logits = model(ids[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten())
    forward = time.perf_counter()
    loss.backward()
    backward = time.perf_counter()
    optimizer.step()
    end = time.perf_counter()
answer = {
    "seconds": end - start,
    "tokens": job["tokens"],
    "peak_memory_bytes": peak_memory_bytes(),
    "forward": forward - start,
    "backward": backward - forward,
    "optimizer": end - backward,
}
print(json.dumps(answer))
