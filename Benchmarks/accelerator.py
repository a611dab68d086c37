#!/usr/bin/env python3
"""The rows of the table that need an accelerator: numbers, precisions, layer, steps, lucent; all of them by default.

    accelerator.py --device DEVICE [--atlasgen PROGRAM] [ROW ...]

Needs torch and torchvision; lucent only for its row. `scripts/check-accelerator` runs this on another machine. The model
is torchvision's vit_b_16 with seeded random weights: speed does not depend on them.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import torch
import torchvision

ADDRESS = "encoder.layers.encoder_layer_11.mlp.3"
# The program's cost of a step: forward to the block and the gradient to a 224-pixel image (Benchmarks/README.md).
STEP_TFLOP = 0.0703


def say(text):
    print(text, flush=True)


def command(program, *arguments, folder):
    """Seconds of a command; its errors are shown."""
    start = time.monotonic()
    subprocess.run([program, *map(str, arguments)], cwd=folder, check=True, stdout=subprocess.PIPE)
    return time.monotonic() - start


def headers(folder):
    """The headers of a project's records, by layer, neuron and seed."""
    decoder = json.JSONDecoder()
    found = {}
    for path in (folder / ".atlas").rglob("*"):
        if not path.is_file():
            continue
        text = path.read_bytes()[:8192].decode("latin-1")
        if text.startswith("atlasrun"):
            run = decoder.raw_decode(text, text.index('{"counts"'))[0]["run"]
            recipe = run["recipe"]
            found[recipe["address"], recipe["neuron"], recipe["seed"]] = run
    return found


def project(work, name, settings):
    folder = work / name
    folder.mkdir()
    (folder / "atlas.yml").write_text(f"title: Benchmark\ncontrol: false\n{settings}")
    return folder


def vit(work):
    torch.manual_seed(0)
    model = torchvision.models.vit_b_16(weights=None).eval().requires_grad_(False)
    path = work / "vit_b_16.pt"
    if not path.exists():
        torch.save(model.state_dict(), path)
    return model, path


def numbers(options, work):
    """The embedded model's runs on the device against the CPU's: every method, 3 neurons, 2 seeds."""
    say("method      first step   final activation: CPU, device, ratio of means")
    for method in ("atlas", "pixel", "fourier", "ghiasi", "maco"):
        runs = {}
        for device in ("cpu", options.device):
            folder = project(
                work, f"numbers-{method}-{device.replace('/', '_')}",
                f"layers: [encoder_layer_5.mlp.3]\nneurons: [3, 17, 40]\nseeds: 2\nmethod: {method}\n")
            command(options.atlasgen, "work", "--shard", "0/1", "--device", device, folder=folder)
            runs[device] = headers(folder)
        pairs = [(run["finalActivation"], runs[options.device][key]["finalActivation"])
                 for key, run in runs["cpu"].items()]
        starts = [abs(run["startActivation"] - runs[options.device][key]["startActivation"])
                  for key, run in runs["cpu"].items()]
        cpu, device = (statistics.mean(side) for side in zip(*pairs))
        say(f"{method:10} {max(starts):10.1e}   {cpu:.4f} {device:.4f} {device / cpu:.4f}")


def precisions(options, work):
    """The embedded model's runs on the device in each precision, against single precision: 8 neurons."""
    say("precision  first step's activation: largest deviation   final activation: mean, ratio, largest deviation")
    truth = None
    for precision in ("float32", *(name for name in options.precisions if name != "float32")):
        folder = project(
            work, f"precision-{precision}",
            f"layers: [encoder_layer_5.mlp.3]\nneurons: [0-7]\nseeds: 1\nprecision: {precision}\n")
        command(options.atlasgen, "build", "--device", options.device, "--output", "site", folder=folder)
        runs = {}
        for path in (folder / "site").rglob("neuron.json"):
            neuron = json.loads(path.read_text())
            for run in neuron["runs"]:
                runs[neuron["neuron"], run["seed"]] = run
        truth = truth or runs
        scale = max(abs(run["curve"][0]) for run in truth.values())
        first = max(abs(run["curve"][0] - truth[key]["curve"][0]) for key, run in runs.items())
        final = [run["finalActivation"] for run in runs.values()]
        mean = statistics.mean(run["finalActivation"] for run in truth.values())
        worst = max(
            abs(run["finalActivation"] / truth[key]["finalActivation"] - 1) for key, run in runs.items())
        say(f"{precision:9}  {first / scale:.1e} of the largest   {statistics.mean(final):.4f}"
            f" {statistics.mean(final) / mean:.4f} {worst:.1%}")


def torch_step(model, batch, precision):
    """Milliseconds of an image's step in PyTorch: forward to the block, and the gradient to the images."""
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    model = model.cuda()
    images = torch.rand(batch, 3, 224, 224, device="cuda", requires_grad=True)
    kept = {}
    hook = model.get_submodule(ADDRESS).register_forward_hook(lambda _, __, output: kept.update(output=output))
    times = []
    for _ in range(8):
        torch.cuda.synchronize()
        start = time.monotonic()
        with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bfloat16"):
            model(images)
        images.grad = None
        kept["output"][:, 0, 3].float().sum().backward()
        torch.cuda.synchronize()
        times.append(1000 * (time.monotonic() - start) / batch)
    hook.remove()
    return statistics.median(times[2:])


def steps(options, work):
    """PyTorch's step on the same device."""
    model, _ = vit(work)
    say("batch  precision  ms a run-step  TFLOP/s")
    for precision in options.precisions:
        for batch in (8, 64, 256):
            milliseconds = torch_step(model, batch, precision)
            say(f"{batch:5}  {precision:9}  {milliseconds:13.3f}  {1000 * STEP_TFLOP / milliseconds:7.1f}")
    torch.cuda.empty_cache()


def layer(options, work):
    """vit_b_16, every neuron of the last MLP's output, 3 seeds of 64 steps: pictures only, and compiling apart."""
    _, path = vit(work)
    say("precision  compiling s  runs  seconds  pictures/s  ms a run-step  TFLOP/s  mean final activation")
    for precision in options.precisions:
        settings = f"model: {{weights: {path}}}\nlayers: [{ADDRESS}]\nprecision: {precision}\nseeds: 3\n"
        folder = project(work, f"layer-{precision}", settings + "neurons: [0]\n")
        first = command(options.atlasgen, "work", "--shard", "0/1", "--device", options.device, folder=folder)
        second_start = time.monotonic()
        (folder / "atlas.yml").write_text(
            "title: Benchmark\ncontrol: false\n" + settings + "neurons: [1]\n")
        command(options.atlasgen, "work", "--shard", "0/1", "--device", options.device, folder=folder)
        loaded = time.monotonic() - second_start
        (folder / "atlas.yml").write_text(
            "title: Benchmark\ncontrol: false\n" + settings + f"neurons: [0-{options.neurons - 1}]\n")
        seconds = command(options.atlasgen, "work", "--shard", "0/1", "--device", options.device, folder=folder)
        runs = headers(folder)
        made = len(runs) - 6
        mean = statistics.mean(run["finalActivation"] for run in runs.values())
        step = 1000 * seconds / made / 64
        say(f"{precision:9}  {first - loaded:11.1f}  {made:4}  {seconds:7.1f}  {made / seconds:10.2f}  {step:13.3f}"
            f"  {1000 * STEP_TFLOP / step:7.1f}  {mean:.4f}")


def lucent(options, work):
    """lucent's defaults (512 steps), one picture at a time, on the same device."""
    from lucent.optvis import render
    model, _ = vit(work)
    model = model.cuda()
    times = []
    for neuron in range(3):
        start = time.monotonic()
        render.render_vis(
            model, lambda features: -features(ADDRESS.replace(".", "_"))[:, 0, neuron].mean(), thresholds=(512,),
            progress=False, show_image=False, fixed_image_size=224)
        times.append(time.monotonic() - start)
    say(f"seconds a picture: {', '.join(f'{seconds:.1f}' for seconds in times)}; "
        f"{3600 / statistics.median(times):.0f} pictures an hour")


def main():
    rows = {"numbers": numbers, "precisions": precisions, "layer": layer, "steps": steps, "lucent": lucent}
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--atlasgen", type=pathlib.Path, required=True, help="the program")
    parser.add_argument("--device", default="cuda", help="what --device takes (default cuda)")
    parser.add_argument("--neurons", type=int, default=768, help="neurons of the row layer (default 768)")
    parser.add_argument(
        "--precisions", nargs="+", default=["float32", "tf32", "bfloat16"],
        help="precisions of the rows precisions, layer and steps (default: all)")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(rows)} (default: all)")
    options = parser.parse_args()
    options.atlasgen = options.atlasgen.resolve()
    with tempfile.TemporaryDirectory(prefix="atlasgen-accelerator-") as work:
        for name in options.rows or rows:
            say(f"== {name}: {rows[name].__doc__}")
            try:
                rows[name](options, pathlib.Path(work))
            # lucent needs a kornia of its time.
            except (ImportError, AttributeError, subprocess.CalledProcessError) as error:
                say(f"not measured: {error}")


if __name__ == "__main__":
    main()
