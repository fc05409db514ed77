#!/usr/bin/python3
"""Makes the golden tensors of this folder again, by PyTorch in double precision.

  make_golden.py PEERS

PEERS is the folder of make_random_gpt2.py and torch_gpt2.py. Writes tiny/
(config.json, model.safetensors), logits.safetensors, gradients.safetensors and
answer.json (ids and loss) beside this script.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
IDS = [(i * i * 7 + 3 * i + 1) % 37 for i in range(14)]


def main():
    peers = sys.argv[1]
    tiny = os.path.join(HERE, "tiny")
    subprocess.run([sys.executable, os.path.join(peers, "make_random_gpt2.py"), tiny, "--n-layer", "2", "--n-embd", "20",
                    "--n-head", "2", "--vocab", "37", "--n-ctx", "16", "--std", "0.2", "--ln-std", "0.1",
                    "--bias-std", "0.1"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        logits = os.path.join(folder, "logits.npy")
        answer = json.loads(subprocess.run(
            [sys.executable, os.path.join(peers, "torch_gpt2.py"), "--model", tiny, "--task", "ref", "--f64",
             "--ids", ",".join(map(str, IDS)), "--save-logits", logits,
             "--save-grads", os.path.join(HERE, "gradients.safetensors")],
            check=True, stdout=subprocess.PIPE, text=True).stdout)
        values = np.load(logits).astype("<f4")
    header = json.dumps({"logits": {"dtype": "F32", "shape": list(values.shape),
                                    "data_offsets": [0, values.nbytes]}}).encode()
    with open(os.path.join(HERE, "logits.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header + values.tobytes())
    with open(os.path.join(HERE, "answer.json"), "w") as file:
        json.dump({"ids": IDS, "loss": answer["loss"]}, file)
        file.write("\n")


main()
