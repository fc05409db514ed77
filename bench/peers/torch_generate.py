"""Texts by PyTorch in bfloat16, all in one batch: torch_generate.py JOB, answering
as bench/contender.h describes."""
import json
import sys
import time

import torch
from torch_gpt2 import load, peak_memory_bytes


def draw(logits, temperature, top_p):
    """logits: (B, V). One id each, (B, 1)."""
    ordered, ids = torch.sort(torch.softmax(logits.float() / temperature, dim=-1), dim=-1, descending=True)
    # The token that crosses top_p stays.
    ordered[ordered.cumsum(dim=-1) - ordered > top_p] = 0
    return ids.gather(-1, torch.multinomial(ordered, 1))


job = json.loads(sys.argv[1])
torch.set_num_threads(job["threads"])
torch.manual_seed(1)
with torch.inference_mode():
    model = load(job["model"]).to(torch.bfloat16).eval()
    texts, length = job["texts"], len(job["prompt"]) + job["tokens"]
    shape = (texts, model.heads, length, model.width // model.heads)
    caches = [
        (torch.zeros(shape, dtype=torch.bfloat16), torch.zeros(shape, dtype=torch.bfloat16))
        for _ in range(model.layers)
    ]
    start = time.perf_counter()
    ids = torch.tensor([job["prompt"]]).expand(texts, -1)
    position, tokens = 0, 0
    for step in range(job["tokens"]):
        logits = model(ids, caches, position, last_only=True)[:, -1]
        position += ids.shape[1]
        ids = draw(logits, job["temperature"], job["top_p"])
        tokens += ids.numel()
        if step == 0:
            first_token_at = time.time()
    seconds = time.perf_counter() - start
answer = {
    "seconds": seconds,
    "tokens": tokens,
    "peak_memory_bytes": peak_memory_bytes(),
    "first_token_at": first_token_at,
}
print(json.dumps(answer))
