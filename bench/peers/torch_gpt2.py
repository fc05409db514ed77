"""GPT-2 in plain PyTorch, as someone would write it who wants it fast."""
import json
import math
import mmap
import struct

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln_1 = nn.LayerNorm(width)
        self.attn = nn.Linear(width, 3 * width)
        self.attn_proj = nn.Linear(width, width)
        self.ln_2 = nn.LayerNorm(width)
        self.fc = nn.Linear(width, 4 * width)
        self.fc_proj = nn.Linear(4 * width, width)

    def forward(self, x, mask, cache, position):
        """x: (B, T, C). cache: keys and values (B, heads, most tokens, D) of the
        tokens before `position`, to which these are added; or None."""
        B, T, C = x.shape
        parts = self.attn(self.ln_1(x)).view(B, T, 3, self.heads, C // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        if cache is not None:
            keys, values = cache
            keys[:, :, position : position + T] = key
            values[:, :, position : position + T] = value
            key, value = keys[:, :, : position + T], values[:, :, : position + T]
        scores = query @ key.transpose(-2, -1) / math.sqrt(C // self.heads)
        if T > 1:
            scores = scores.masked_fill(mask[position : position + T, : position + T], -math.inf)
        attended = F.softmax(scores, dim=-1) @ value
        x = x + self.attn_proj(attended.transpose(1, 2).reshape(B, T, C))
        return x + self.fc_proj(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))


class Gpt2(nn.Module):
    def __init__(self, layers, width, heads, vocabulary, context=1024):
        super().__init__()
        self.layers, self.width, self.heads = layers, width, heads
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.ln_f = nn.LayerNorm(width)
        mask = torch.ones(context, context, dtype=torch.bool).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, ids, caches=None, position=0, last_only=False):
        """ids: (B, T). Logits (B, T, V), or (B, 1, V) of the last token."""
        places = torch.arange(position, position + ids.shape[1])
        x = self.wte(ids) + self.wpe(places)
        for i, block in enumerate(self.blocks):
            x = block(x, self.mask, caches[i] if caches else None, position)
        if last_only:
            x = x[:, -1:]
        return F.linear(self.ln_f(x), self.wte.weight)


def load(directory):
    """A model directory with fp32 weights."""
    with open(f"{directory}/config.json") as file:
        config = json.load(file)
    with open(f"{directory}/model.safetensors", "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    (length,) = struct.unpack("<Q", data[:8])
    stored = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=8 + length + begin)
        stored[name] = flat.view(entry["shape"])
    model = Gpt2(config["n_layer"], config["n_embd"], config["n_head"], config["vocab_size"], config["n_positions"])
    state = {f"{name}.weight": stored[f"{name}.weight"] for name in ("wte", "wpe", "ln_f")}
    state["ln_f.bias"] = stored["ln_f.bias"]
    names = {
        "ln_1": "ln_1",
        "attn": "attn.c_attn",
        "attn_proj": "attn.c_proj",
        "ln_2": "ln_2",
        "fc": "mlp.c_fc",
        "fc_proj": "mlp.c_proj",
    }
    for layer in range(config["n_layer"]):
        for ours, theirs in names.items():
            weight = stored[f"h.{layer}.{theirs}.weight"]
            # Theirs are (inputs, outputs).
            state[f"blocks.{layer}.{ours}.weight"] = weight.t() if weight.dim() == 2 else weight
            state[f"blocks.{layer}.{ours}.bias"] = stored[f"h.{layer}.{theirs}.bias"]
    model.load_state_dict(state)
    return model


def peak_memory_bytes():
    with open("/proc/self/status") as file:
        (line,) = (line for line in file if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])
