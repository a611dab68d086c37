#!/usr/bin/env python3
"""Train the sparse autoencoder of this example: 256 latents over a layer of atlasgen's embedded model.

    python train_sae.py --out sae.safetensors

A top-k autoencoder (Gao et al. 2024, "Scaling and evaluating sparse autoencoders"): z = W_enc·(x − b_dec) + b_enc, of which
the k highest are kept where they are positive, and x̂ = Wᵀ_dec·z + b_dec. It is trained on the patch tokens of
`encoder_layer_3` for the photographs of the default atlas, each in many random crops, and measured on the photographs as
the model reads them. Latents that are never on for those are left out of the file; the order of the others is that of the
random initialisation. Needs torch, torchvision, safetensors and pillow; takes some minutes on two cores.
"""
import argparse
from pathlib import Path

import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file, save_file
from torchvision.transforms import v2

ROOT = Path(__file__).resolve().parents[2]
LAYER = "encoder_layer_3"
LATENTS, KEPT = 256, 8
VIEWS, STEPS, BATCH = 40, 6000, 1024

arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
arguments.add_argument("--out", default="sae.safetensors")
out = arguments.parse_args().out
torch.manual_seed(0)

model = torchvision.models.VisionTransformer(
    image_size=64, patch_size=8, num_layers=6, num_heads=4, hidden_dim=128, mlp_dim=512, num_classes=50)
model.load_state_dict({name: value.float() for name, value in load_file(ROOT / "models/vit-tiny64.safetensors").items()})
model.eval()
outputs = []
model.encoder.layers.get_submodule(LAYER).register_forward_hook(lambda *call: outputs.append(call[2][:, 1:]))

tensor = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])
as_read = v2.Compose([v2.Resize(64), v2.CenterCrop(64), tensor])
crop = v2.Compose([v2.RandomResizedCrop(64, scale=(0.2, 1)), v2.RandomHorizontalFlip(), tensor])


@torch.no_grad()
def activations(images):
    """The layer's output at every patch: (patches of all images, channels)."""
    outputs.clear()
    for first in range(0, len(images), 64):
        model(torch.stack(images[first:first + 64]))
    return torch.cat(outputs).flatten(0, 1)


photographs = [Image.open(path).convert("RGB") for path in sorted((ROOT / "photographs").rglob("*.jpg"))]
measured = activations([as_read(photograph) for photograph in photographs])
trained = torch.cat([activations([crop(photograph) for photograph in photographs]) for _ in range(VIEWS)])
width = trained.shape[1]

b_dec = trained.mean(0).clone().requires_grad_()
W_dec = torch.nn.functional.normalize(torch.randn(LATENTS, width), dim=1).requires_grad_()
W_enc = W_dec.detach().clone().requires_grad_()
b_enc = torch.zeros(LATENTS, requires_grad=True)
optimiser = torch.optim.Adam([b_dec, W_dec, W_enc, b_enc], lr=1e-3)


def encode(x):
    z = (x - b_dec) @ W_enc.T + b_enc
    kept = torch.topk(z, KEPT, dim=1)
    return torch.zeros_like(z).scatter(1, kept.indices, kept.values.relu())


def unexplained(x):
    """The share of the variance that the reconstruction leaves."""
    return (x - encode(x) @ W_dec - b_dec).square().sum() / (x - x.mean(0)).square().sum()


for step in range(STEPS):
    loss = unexplained(trained[torch.randint(len(trained), (BATCH,))])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        W_dec /= W_dec.norm(dim=1, keepdim=True)
    if step % 1000 == 999:
        print(f"step {step + 1}: {100 * (1 - loss.item()):.1f} % of the variance explained in the batch", flush=True)

with torch.no_grad():
    z = encode(measured)
    on = z > 0
    alive = on.any(0)
    frequency = on.float().mean(0)
    print(f"{len(photographs)} photographs, {len(trained)} tokens to train on, {len(measured)} to measure")
    print(f"variance explained: {100 * (1 - unexplained(measured).item()):.1f} %; latents on for a patch: {on.sum(1).float().mean():.2f}")
    print(f"latents never on: {LATENTS - alive.sum().item()}; on for more than a tenth of the patches: {(frequency > 0.1).sum().item()}; "
          f"median frequency of the others: {100 * frequency[alive].median():.1f} %")
    save_file({"W_enc": W_enc[alive].contiguous(), "b_enc": b_enc[alive].contiguous(), "b_dec": b_dec.detach()}, out)
