#!/usr/bin/env python3
"""The rows of the table that run the whole program: `lucent`, `workers`, `site` and `photographs`; all of them by default.

    programs.py [--atlasgen PROGRAM] [--rounds N] [ROW ...]

Needs what requirements.txt lists, and Hugo (Debian's package) for `site`. Every round measures everything that a row
compares, in turn. Numbers are medians, ± half the range in per cent.
"""

import argparse
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import shutil
import statistics
import struct
import subprocess
import tempfile
import time
import warnings

import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent


def say(text):
    print(text, flush=True)


def summary(values, decimals=2):
    middle = statistics.median(values)
    return f"{middle:.{decimals}f} ±{50 * (max(values) - min(values)) / middle:.0f}%"


def run(command, folder):
    """Runs a program to its end and returns its wall time in seconds and its peak memory in megabytes."""
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], cwd=folder, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    messages = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{messages}")
    return time.monotonic() - start, usage.ru_maxrss / 1000


def project(folder, settings, *keep):
    """A project with these settings, in a folder that is emptied except for what is kept."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in keep:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "atlas.yml").write_text(settings)
    return folder


# lucent


def lucent_row(program, rounds, work):
    """Wall time to lucent's activation: 16 neurons of the embedded model, one at a time in lucent, one build here."""
    warnings.filterwarnings("ignore")
    loader = importlib.machinery.SourceFileLoader("compare_lucent", str(ROOT / "scripts/compare-lucent"))
    peer = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare_lucent", loader))
    loader.exec_module(peer)
    address = "encoder.layers.encoder_layer_5.mlp.3"
    neurons = list(range(0, 128, 8))
    model = peer.load_model()

    def activation(picture, neuron):
        return float(peer.activations(model, address, picture)[neuron])

    theirs, their_seconds = [], []
    for neuron in neurons:
        start = time.monotonic()
        picture = peer.run_lucent(model, address, neuron, steps=512, seed=0, transforms=None)
        their_seconds.append(time.monotonic() - start)
        theirs.append(activation(picture, neuron))
    our_seconds = []
    for _ in range(rounds):
        folder = project(work / "lucent", f"layers: [{address}]\nneurons: {neurons}\nseeds: [0]\n")
        our_seconds.append(run([program, "build"], folder)[0])
    ours = []
    for neuron in neurons:
        place = folder / f"site/layers/encoder_layer_5.mlp.3/{neuron}"
        image = json.loads((place / "neuron.json").read_text())["runs"][0]["image"]
        ours.append(activation(numpy.asarray(peer.Image.open(place / image).convert("RGB")), neuron))
    ratios = [sum(their_seconds) / seconds for seconds in our_seconds]
    say(f"lucent's defaults, 512 steps: {sum(their_seconds):.1f} s for 16 neurons, "
        f"{summary(their_seconds)} s each; mean final activation {statistics.mean(theirs):.3f}")
    say(f"atlasgen build, including the neurons' pages: {summary(our_seconds)} s for 16 neurons; "
        f"mean final activation {statistics.mean(ours):.3f}, lucent's reached by "
        f"{sum(a >= b for a, b in zip(ours, theirs))} of 16")
    say(f"less wall time: {summary(ratios, 1)} times")


# workers


def workers_row(program, rounds, work):
    """Runs per minute and memory, by the number of workers; memory by the number of queued neurons."""
    settings = "layers: [encoder_layer_5.mlp.3]\nneurons: [0-63]\nseeds: 1\n"
    rates = {1: [], 2: []}
    memory = {1: [], 2: []}
    for _ in range(rounds):
        for workers in rates:
            folder = project(work / "workers", settings)
            seconds, megabytes = run([program, "work", "--shard", "0/1", "--workers", workers], folder)
            rates[workers].append(60 * 64 / seconds)
            memory[workers].append(megabytes)
    for workers in rates:
        say(f"{workers} {'worker ' if workers == 1 else 'workers'}: {summary(rates[workers], 0)} runs per minute, "
            f"{summary(memory[workers], 0)} MB")
    say(f"two workers over one: {summary([b / a for a, b in zip(rates[1], rates[2])])} times the runs, "
        f"{statistics.median(memory[2]) - statistics.median(memory[1]):.0f} MB more")
    wide = work / "queue"
    wide.mkdir()
    write_wide_model(wide / "wide.safetensors")
    queued = {}
    for neurons in (100, 1000):
        folder = project(
            wide, f"model: {{weights: wide.safetensors}}\nlayers: [encoder_layer_1.mlp.1]\n"
            f"neurons: [0-{neurons - 1}]\nseeds: 1\nsteps: 1\n", "wide.safetensors")
        queued[neurons] = run([program, "work", "--shard", "0/1"], folder)[1]
    say(f"memory with 100 queued neurons {queued[100]:.0f} MB, with 1,000 {queued[1000]:.0f} MB")


# site


def write_wide_model(path):
    """A checkpoint of a small model with an MLP of 3,072 neurons, in torchvision's layout; its weights are noise."""
    width, hidden, side, patch = 64, 3072, 64, 8
    generator = numpy.random.default_rng(0)
    tensors = {}

    def noise(name, *shape, scale=None):
        deviation = shape[-1] ** -0.5 if scale is None else scale
        tensors[name] = (generator.standard_normal(shape) * deviation).astype("<f4")

    noise("class_token", 1, 1, width, scale=1)
    noise("conv_proj.weight", width, 3, patch, patch, scale=0.1)
    noise("conv_proj.bias", width, scale=0.1)
    noise("encoder.pos_embedding", 1, (side // patch) ** 2 + 1, width, scale=0.5)
    norms = ["encoder.ln"]
    for block in range(2):
        name = f"encoder.layers.encoder_layer_{block}"
        norms += [f"{name}.ln_1", f"{name}.ln_2"]
        noise(f"{name}.self_attention.in_proj_weight", 3 * width, width)
        noise(f"{name}.self_attention.in_proj_bias", 3 * width, scale=0.1)
        noise(f"{name}.self_attention.out_proj.weight", width, width)
        noise(f"{name}.self_attention.out_proj.bias", width, scale=0.1)
        noise(f"{name}.mlp.0.weight", hidden, width)
        noise(f"{name}.mlp.0.bias", hidden, scale=0.1)
        noise(f"{name}.mlp.3.weight", width, hidden)
        noise(f"{name}.mlp.3.bias", width, scale=0.1)
    for name in norms:
        tensors[f"{name}.weight"] = numpy.ones(width, "<f4")
        tensors[f"{name}.bias"] = numpy.zeros(width, "<f4")
    header = {"__metadata__": {"num_heads": "4", "image_size": str(side)}}
    end = 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": [end, end + tensor.nbytes]}
        end += tensor.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.tobytes())


def write_hugo_site(site, folder):
    """A Hugo project that renders the neurons' pages of a built site again, identical except for some line ends.

    Lines that all pages share are in the template, every other line is the page's data, so Hugo computes no charts. All
    other files of the site are static. Returns the number of pages.
    """
    pages = {}
    for path in sorted(site.glob("layers/*/*/index.html")):
        # A chart has a line for each mark, and a run that went wrong has an extra one: each is joined into one line.
        text = re.sub(r"<svg.*?</svg>|<li class=\"run.*?</li>", lambda found: found[0].replace("\n", " "),
                      path.read_text(), flags=re.DOTALL)
        pages[path] = text.split("\n")
    # The first and the last neuron have only one neighbour.
    usual = statistics.mode(len(lines) for lines in pages.values())
    pages = {path: lines for path, lines in pages.items() if len(lines) == usual}
    shared = [len(set(lines)) == 1 for lines in zip(*pages.values())]
    first = next(iter(pages.values()))
    template, count = [], 0
    for line, is_shared in zip(first, shared):
        template.append(line if is_shared else f"{{{{ index .Params.lines {count} | safeHTML }}}}")
        count += not is_shared
    shutil.copytree(site, folder / "static", ignore=lambda place, names: [
        name for name in names if pathlib.Path(place, name) in pages or name.startswith(".")])
    (folder / "layouts/_default").mkdir(parents=True)
    (folder / "layouts/_default/single.html").write_text("\n".join(template))
    (folder / "content").mkdir()
    (folder / "config.json").write_text(json.dumps({
        "baseURL": "https://example.org/", "uglyURLs": True,
        "disableKinds": ["home", "section", "taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404"]}))
    for number, (path, lines) in enumerate(pages.items()):
        data = {"url": str(path.relative_to(site)), "lines": [
            line for line, is_shared in zip(lines, shared) if not is_shared]}
        (folder / f"content/{number}.md").write_text(json.dumps(data) + "\n")
    return len(pages)


def site_row(program, rounds, work):
    """A site of 3,072 neurons with 3 runs each: pages per second, a build with no change, and Hugo on the same pages."""
    wide = work / "wide"
    wide.mkdir()
    write_wide_model(wide / "wide.safetensors")
    settings = "model: {{weights: wide.safetensors}}\nlayers: [encoder_layer_1.mlp.1]\n{}seeds: 3\nsteps: 1\n"
    project(wide, settings.format(""), "wide.safetensors")
    run([program, "build"], wide)
    site = wide / "site"
    pages = len(list(site.glob("**/*.html")))
    pictures = len(list(site.glob("**/*.png")))
    hugo = work / "hugo"
    hugo.mkdir()
    hugo_pages = write_hugo_site(site, hugo)
    first, same, text, theirs, memory = [], [], [], [], []
    (wide / "content/posts").mkdir(parents=True)
    for number in range(rounds):
        shutil.rmtree(site)
        seconds, megabytes = run([program, "build", "--frozen"], wide)
        first.append(seconds)
        memory.append(megabytes)
        same.append(run([program, "build", "--frozen"], wide)[0])
        (wide / "content/posts/2024-05-06-post.md").write_text(f"Words, {number}.\n")
        # The first post changes every page's navigation; the second build measures a change of text only.
        run([program, "build", "--frozen"], wide)
        (wide / "content/posts/2024-05-06-post.md").write_text(f"Other words, {number}.\n")
        text.append(run([program, "build", "--frozen"], wide)[0])
        shutil.rmtree(hugo / "public", ignore_errors=True)
        theirs.append(run(["hugo", "--quiet", "--source", hugo], work)[0])
    say(f"site of 3,072 neurons, {pages:,} pages and {pictures:,} pictures: {summary(first)} s "
        f"({statistics.median(pages / seconds for seconds in first):.0f} pages and "
        f"{statistics.median(pictures / seconds for seconds in first):.0f} pictures per second), "
        f"{statistics.median(memory):.0f} MB")
    say(f"a build with nothing changed {summary(same)} s, with a post's text changed {summary(text)} s")
    say(f"Hugo, {hugo_pages:,} of the pages and the same pictures: {summary(theirs)} s; "
        f"atlasgen takes {summary([a / b for a, b in zip(first, theirs)])} times as long")
    project(wide, settings.format("neurons: [0-999]\n"), "wide.safetensors", ".atlas")
    thousand = run([program, "build", "--frozen"], wide)[1]
    say(f"memory of that build with 1,000 neurons: {thousand:.0f} MB")
    project(wide, settings.format(f"photographs: {ROOT / 'photographs'}\n"), "wide.safetensors", ".atlas")
    run([program, "build"], wide)
    seconds = []
    for _ in range(rounds):
        shutil.rmtree(site)
        seconds.append(run([program, "build", "--frozen"], wide)[0])
    sizes = sorted(path.stat().st_size for path in site.glob("layers/*/*/index.html"))
    layer = next(site.glob("layers/*/index.html")).stat().st_size
    say(f"with nine photographs a neuron: {summary(seconds)} s; neurons' pages of at most {sizes[-1] / 1000:.1f} kB, "
        f"the layer's page {layer / 1000:.0f} kB")


# photographs


def photographs_row(program, rounds, work):
    """Photographs a second through DINOv2 ViT-S/14 at 224 pixels, of random weights: a scan, and PyTorch with a DataLoader."""
    import torch
    import transformers

    torch.manual_seed(0)
    model = transformers.Dinov2Model(transformers.Dinov2Config(
        hidden_size=384, num_attention_heads=6, image_size=224, patch_size=14)).eval().requires_grad_(False)
    processor = transformers.BitImageProcessorPil(
        size={"shortest_edge": 256}, crop_size={"height": 224, "width": 224}, image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225])
    model.save_pretrained(work / "dinov2")
    processor.save_pretrained(work / "dinov2")
    paths = sorted((ROOT / "photographs").glob("*/*.jpg"))
    kept = []
    model.encoder.layer[11].mlp.activation_fn.register_forward_hook(
        lambda module, inputs, output: kept.append(output[:, 1:].mean(1)))
    cores = len(os.sched_getaffinity(0))

    class Photographs(torch.utils.data.Dataset):
        def __len__(self):
            return len(paths)

        def __getitem__(self, index):
            picture = transformers.image_utils.load_image(str(paths[index]))
            return processor(picture, return_tensors="pt")["pixel_values"][0]

    def peer():
        start = time.monotonic()
        with torch.no_grad():
            for images in torch.utils.data.DataLoader(Photographs(), batch_size=16, num_workers=cores):
                model(images)
        return time.monotonic() - start

    def ours(limit):
        folder = project(
            work / "scan", f"model: {{weights: ../dinov2, imageSize: 224}}\nlayers: [encoder_layer_11.mlp.1]\n"
            f"neurons: [0]\nseeds: 1\nsteps: 1\ncontrol: false\n"
            f"photographs: {{folder: {ROOT / 'photographs'}, limit: {limit}}}\n")
        return run([program, "work", "--shard", "0/1"], folder)[0]

    scans, peers = [], []
    for _ in range(rounds):
        # What start and end of the program take is left out.
        few = 16
        scans.append((len(paths) - few) / (ours(len(paths)) - ours(few)))
        peers.append(len(paths) / peer())
    say(f"atlasgen, {cores} workers: {summary(scans)} photographs a second; PyTorch, {cores} workers of the DataLoader: "
        f"{summary(peers)}; {summary([a / b for a, b in zip(scans, peers)])} times as many")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    rows = {"lucent": lucent_row, "workers": workers_row, "site": site_row, "photographs": photographs_row}
    parser.add_argument("--atlasgen", type=pathlib.Path, default=ROOT / ".build/release/atlasgen", help="the program")
    parser.add_argument("--rounds", type=int, default=5, help="number of measurements of everything (default 5)")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(rows)} (default: all)")
    arguments = parser.parse_args()
    for name in arguments.rows or rows:
        if name not in rows:
            parser.error(f"there is no row {name!r}; the rows are {', '.join(rows)}")
    with tempfile.TemporaryDirectory(prefix="atlasgen-benchmark-") as work:
        for name in arguments.rows or rows:
            say(f"== {name}: {rows[name].__doc__}")
            rows[name](arguments.atlasgen.resolve(), arguments.rounds, pathlib.Path(work))


if __name__ == "__main__":
    main()
