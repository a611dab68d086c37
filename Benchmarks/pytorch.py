#!/usr/bin/env python3
"""PyTorch's image-step for Benchmark, which starts this script and sends it lines: `prepare MODEL ADDRESS BATCH` and
`measure THREADS`.

The weights need no gradient; a forward hook on the module reads the activation. One thread is measured in processor
time, several in wall time. The whole model runs forward, as it does for anyone who uses a hook. Needs torch,
torchvision and transformers (requirements.txt).
"""

import sys
import time

import torch
import transformers
from torchvision.models import VisionTransformer

SHAPES = {
    "vit_b_16": dict(
        image_size=224, patch_size=16, num_layers=12, num_heads=12, hidden_dim=768, mlp_dim=3072, num_classes=1000),
    "embedded": dict(
        image_size=64, patch_size=8, num_layers=6, num_heads=4, hidden_dim=128, mlp_dim=512, num_classes=50),
}
DINOV2_SMALL = dict(hidden_size=384, num_attention_heads=6, image_size=224, patch_size=14)
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


class Step:
    def __init__(self, name, address, batch):
        torch.manual_seed(0)
        if name == "dinov2_s":
            model, size, blocks = transformers.Dinov2Model(transformers.Dinov2Config(**DINOV2_SMALL)), 224, 12
            block, site = address.removeprefix("encoder.layers.encoder_layer_").split(".", 1)
            module = f"encoder.layer.{block}." + {"mlp.1": "mlp.activation_fn", "mlp.3": "mlp.fc2"}[site]
        else:
            shape = SHAPES[name]
            model, size, blocks = VisionTransformer(**shape), shape["image_size"], shape["num_layers"]
            module = address
        self.model = model.eval().requires_grad_(False)
        self.images = torch.rand(batch, 3, size, size, requires_grad=True)
        self.neurons = torch.arange(batch)
        # As atlasgen reads them: the class token in the last block, elsewhere the mean over the patches.
        self.readsClass = address.startswith(f"encoder.layers.encoder_layer_{blocks - 1}.")
        self.model.get_submodule(module).register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.output = output

    def __call__(self):
        self.model((self.images - MEAN) / DEVIATION)
        tokens = self.output[:, 0] if self.readsClass else self.output[:, 1:].mean(1)
        activation = tokens[self.neurons, self.neurons]
        (gradient,) = torch.autograd.grad(activation.sum(), self.images)
        return gradient


def main():
    step, batch = None, 0
    for line in sys.stdin:
        words = line.split()
        if words[0] == "prepare":
            batch = int(words[3])
            step = Step(words[1], words[2], batch)
            step()
            step()
            print("ready", flush=True)
        else:
            torch.set_num_threads(int(words[1]))
            clock = time.thread_time if words[1] == "1" else time.perf_counter
            # The first step with a new number of threads is not measured.
            step()
            count, start = 0, clock()
            while clock() - start < 0.35:
                step()
                count += 1
            print(count * batch / (clock() - start), flush=True)


if __name__ == "__main__":
    main()
