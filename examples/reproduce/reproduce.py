#!/usr/bin/env python3
"""Computes every published score of an atlas from its export alone, and compares them.

    python -m venv environment && environment/bin/pip install -r requirements.txt
    environment/bin/python reproduce.py EXPORT

EXPORT is a folder that `atlasgen export` wrote, in either format. Similarities are computed from the vectors by
scikit-learn, and all statistics from the similarities by NumPy, SciPy, scikit-learn and pandas; docs/scores.md defines
them. Prints the largest deviation of each quantity, and ends with 1 if one is larger than rounding explains.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import beta, binomtest, norm, percentileofscore, rankdata, t
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import cosine_similarity

# Similarities are published as whole numbers of steps of this size.
STEP = 2.0**-15
# Half a step, and the rounding of a product of single-precision numbers.
SIMILARITY_TOLERANCE = 0.5 * STEP + 2e-6
# Double-precision sums in another order.
TOLERANCE = 1e-9
# With fewer neurons than this, a layer's figures have no intervals.
FEWEST_NEURONS = 5
# Figures that share the error of 5 % for each condition of a comparison: AUC and retrieval by two measures, top-1.
COMPARED_FIGURES = 5
# Bins of the neurons' own shares of the null.
BINS = 64
# Shuffles of the labels behind a p.
PERMUTATIONS = 1000


class Export:
    """The files of an export."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text())

    def damaged(self):
        """The files that are not what the manifest says."""
        return [
            file["path"] for file in self.manifest["files"]
            if hashlib.sha256((self.folder / file["path"]).read_bytes()).hexdigest() != file["sha256"]]

    def runs(self, layer):
        """A row for each run. Labels and other texts stay texts, even a class of the name NaN."""
        texts = {column["name"]: str for column in self.manifest["columns"] if column["type"] == "text"}
        return pd.read_csv(
            self.folder / layer["runs"], dtype=texts | {"seed": np.uint64}, keep_default_na=False,
            na_values={
                column["name"]: ["nan", ""] for column in self.manifest["columns"] if column["type"] == "number"})

    def array(self, layer, name):
        """An array by its name; None if the layer has none."""
        found = [array for array in layer["arrays"] if array["name"] == name]
        if not found:
            return None
        path = self.folder / found[0]["file"]
        if path.suffix == ".npz":
            return np.load(path)[name]
        values = pd.read_csv(path).to_numpy(found[0]["type"])
        return values.reshape(found[0]["shape"])

    def scores(self, layer):
        return json.loads((self.folder / layer["scores"]).read_text())


# Intervals


def jackknife(value, deleted, coverage=0.95, fewest=FEWEST_NEURONS):
    """Tukey's interval from delete-one estimates, with Student's t."""
    deleted = np.asarray(deleted)
    count = len(deleted)
    if count < fewest:
        return None
    error = np.sqrt((count - 1) / count * ((deleted - deleted.mean()) ** 2).sum())
    reach = error * t.ppf((1 + coverage) / 2, count - 1)
    return [value - reach, value + reach]


def proportion(value, deleted):
    """Clopper and Pearson's interval for as many trials as would vary like the neurons (Korn and Graubard 1998)."""
    count = len(deleted)
    if count < FEWEST_NEURONS:
        return None
    variance = (count - 1) / count * ((np.asarray(deleted) - np.mean(deleted)) ** 2).sum()
    trials = max(value * (1 - value) / variance, 1) if variance > 0 else count
    trials *= (norm.ppf(0.975) / t.ppf(0.975, count - 1)) ** 2
    hits, misses = trials * value, trials * (1 - value)
    low = beta.ppf(0.025, hits, misses + 1) if hits > 0 else 0
    high = beta.ppf(0.975, hits + 1, misses) if misses > 0 else 1
    return [min(low, value), max(high, value)]


def deleted_ratios(sums, counts):
    """The ratio of all sums to all counts without each entry that has a count."""
    sums, counts = np.asarray(sums, float), np.asarray(counts)
    return ((sums.sum() - sums) / np.maximum(counts.sum() - counts, 1))[counts > 0]


# The permutations' random numbers


def mixed(state):
    """The output of SplitMix64 (Steele, Lea and Flood 2014) at a state."""
    with np.errstate(over="ignore"):
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def shuffled_labels(members, permutations):
    """For each seed, (permutations, runs): the neuron that each run's label is shuffled to within the seed.

    Draws as the program does: one generator for each permutation, Fisher and Yates from the last place down, and
    Lemire's uniform integers.
    """
    golden = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        first = mixed(np.uint64(2) + golden)
        state = mixed(first + np.arange(permutations, dtype=np.uint64) + golden)
    labels = []
    for neurons in members:
        order = np.tile(np.arange(len(neurons)), (permutations, 1))
        everyone = np.arange(permutations)
        for last in range(len(neurons) - 1, 0, -1):
            with np.errstate(over="ignore"):
                state = state + golden
                draw, bound = mixed(state), np.uint64(last + 1)
                low = draw * bound
            # A draw is rejected about once in 2⁶⁴ / bound.
            assert (low >= np.uint64(2**64 % (last + 1))).all()
            half = np.uint64(32)
            other = ((draw >> half) * bound + ((draw & np.uint64(2**32 - 1)) * bound >> half)) >> half
            other = other.astype(int)
            order[everyone, last], order[everyone, other] = order[everyone, other], order[everyone, last]
        labels.append(np.asarray(neurons)[order])
    return labels


# The statistics


class Consistency:
    """The statistics of one measure over one group of runs, from their similarities."""

    @staticmethod
    def of(runs, vectors, similarity):
        """The statistics; None if there are no pairs of one neuron or none of different neurons."""
        usable = runs[np.isfinite(vectors).all(axis=1)]
        counts = usable.groupby("neuron")["seed"].nunique()
        pairs = sum(count * (len(usable) - count) for count in usable.groupby("seed").size()) // 2
        within = sum(count * (count - 1) // 2 for count in counts)
        return Consistency(runs, vectors, similarity) if 0 < within < pairs else None

    def __init__(self, runs, vectors, similarity):
        # A run that diverged has no vector.
        usable = np.isfinite(vectors).all(axis=1)
        self.excluded = int((~usable).sum())
        neuron = runs["neuron"].to_numpy()[usable]
        seed = runs["seed"].to_numpy()[usable]
        similarity = similarity[np.ix_(usable, usable)]
        self.names = np.unique(neuron)
        place = np.searchsorted(self.names, neuron)
        # Whole numbers, so that ties are exact. What is not compared gets a level below all others.
        lowest = -(2**17)
        levels = np.where(np.isnan(similarity), lowest, np.rint(similarity / np.float32(STEP))).astype(np.int32)
        compared = levels > lowest
        assert (compared == (seed[:, None] != seed[None, :])).all()
        same = place[:, None] == place[None, :]
        upper = np.triu(compared, 1)
        within, between = levels[upper & same], levels[upper & ~same]
        self.sizes = (len(runs) - self.excluded, len(within), len(between))

        # The layer's figures.
        gap = (within.mean() - between.mean()) * STEP
        auc = roc_auc_score(np.repeat([True, False], [len(within), len(between)]), np.concatenate([within, between]))
        hits, queries, chances = np.zeros(len(self.names)), np.zeros(len(self.names), int), []
        for run in range(len(neuron)):
            own, others = compared[run] & same[run], compared[run]
            if own.any():
                nearest = others & (levels[run] == levels[run][others].max())
                hits[place[run]] += (nearest & own).sum() / nearest.sum()
                queries[place[run]] += 1
                chances.append(own.sum() / others.sum())
        retrieval = hits.sum() / queries.sum()

        # The same without each neuron. An AUC is a mean over pairs of pairs, so those of a neuron can be taken away.
        one = 2**15

        def above(levels):
            """By level: twice the number of these levels above it, ties counting half."""
            counts = np.bincount(levels + one, minlength=2 * one + 1)
            return 2 * (counts.sum() - np.cumsum(counts)) + counts

        wins_above = above(within)
        total, pairs = wins_above[between + one].sum(), np.array([len(within), len(between)])
        sums = np.array([within.sum(), between.sum()])
        below = np.sort(between)
        self.deleted = {"auc": {}, "gap": {}, "retrieval": {}}
        shares = []
        own_levels = {}
        for index, name in enumerate(self.names):
            mine = np.flatnonzero(place == index)
            rows = levels[mine]
            inside = rows[:, mine][np.triu(compared[np.ix_(mine, mine)], 1)]
            outside = rows[compared[mine] & ~same[mine]]
            own_levels[name] = inside
            if len(outside):
                edges = np.arange(1, BINS + 1) * (2 * one // BINS) - one
                shares.append([0, *[(outside < edge).mean() for edge in edges[:-1]], 1])
            left = pairs - [len(inside), len(outside)]
            if (left > 0).all():
                lost = (np.searchsorted(below, inside, "left") + np.searchsorted(below, inside, "right")).sum()
                lost += wins_above[outside + one].sum() - above(inside)[outside + one].sum()
                self.deleted["auc"][name] = (total - lost) / (2 * left[0] * left[1])
                rest = (sums - [inside.sum(), outside.sum()]) / left
                self.deleted["gap"][name] = (rest[0] - rest[1]) * STEP
            if queries[index] and queries.sum() > queries[index]:
                self.deleted["retrieval"][name] = (hits.sum() - hits[index]) / (queries.sum() - queries[index])
        # That the arithmetic is right, for the first neuron, in the plain way.
        rest = upper & (place != 0)[:, None] & (place != 0)[None, :]
        if self.names[0] in self.deleted["auc"]:
            plain = roc_auc_score(same[rest], levels[rest])
            assert abs(plain - self.deleted["auc"][self.names[0]]) < TOLERANCE

        # Where a permutation's gap is at least as large, the sum of the levels of pairs with equal labels is.
        seeds = np.unique(seed)
        members = [np.sort(place[seed == value]) for value in seeds]
        offsets = [np.flatnonzero(seed == value)[np.argsort(place[seed == value])] for value in seeds]
        labels = shuffled_labels(members, PERMUTATIONS)
        at_least = 0
        for permutation in range(PERMUTATIONS):
            rows = np.full((len(seeds), len(self.names)), -1)
            for index in range(len(seeds)):
                rows[index, labels[index][permutation]] = offsets[index]
            total_level = 0
            for a in range(len(seeds)):
                for b in range(a):
                    both = (rows[a] >= 0) & (rows[b] >= 0)
                    total_level += levels[rows[a][both], rows[b][both]].sum()
            at_least += total_level >= within.sum()

        repeated = [name for name in self.names if len(own_levels[name])]
        enough = len(repeated) >= FEWEST_NEURONS
        self.layer = {
            "auc": auc, "retrieval": retrieval, "chance": np.mean(chances), "gap": gap,
            "p": (1 + at_least) / (1 + PERMUTATIONS), "permutations": PERMUTATIONS, "neurons": len(repeated),
            "runs": self.sizes[0], "excluded": self.excluded, "withinPairs": self.sizes[1],
            "betweenPairs": self.sizes[2]}
        if enough:
            self.layer["aucInterval"] = proportion(auc, list(self.deleted["auc"].values()))
            self.layer["retrievalInterval"] = proportion(retrieval, list(self.deleted["retrieval"].values()))
            self.layer["gapInterval"] = jackknife(gap, list(self.deleted["gap"].values()))

        # The neurons' figures. The standard error of a share of the null is twice the spread of the neurons' own
        # shares over the root of their number (Hoeffding 1948).
        errors = np.zeros(BINS + 1)
        if len(shares) > 1:
            errors = 2 * np.std(shares, axis=0, ddof=1) / np.sqrt(len(shares))

        def place_of(level):
            return [np.searchsorted(below, level, side) for side in ["left", "right"]]

        def standing(level):
            """The percentage of the null below a level; ties count half."""
            return 100 * sum(place_of(level)) / (2 * len(below))

        # As SciPy has it, for the first neuron.
        first = own_levels[repeated[0]]
        plain = percentileofscore(between, first.sum() / len(first), kind="mean")
        assert abs(plain - standing(first.sum() / len(first))) < TOLERANCE
        self.neurons = {}
        for name in repeated:
            inside = own_levels[name]
            mean = inside.sum() / len(inside)
            figures = {
                "similarity": mean * STEP, "pairs": len(inside),
                "percentile": standing(mean), "equal": 100 * (np.diff(place_of(mean))[0] / len(below))}
            mine = np.flatnonzero(place == np.searchsorted(self.names, name))
            if len(mine) > 2:
                deleted = []
                for run in mine:
                    rest = mine[mine != run]
                    left = levels[np.ix_(rest, rest)][np.triu_indices(len(rest), 1)]
                    deleted.append(left.sum() / len(left) * STEP)
                low, high = np.clip(jackknife(mean * STEP, deleted, fewest=3), -1, 1)
                figures["interval"] = [low, high]
                figures["withoutOneSeed"] = [min(deleted), max(deleted)]
                edges = np.linspace(-1, 1, BINS + 1)
                ends = [
                    standing(end / STEP) + sign * 100 * norm.ppf(0.975) * np.interp(end, edges, errors)
                    for end, sign in [(low, -1), (high, 1)]]
                figures["percentileInterval"] = np.clip(ends, 0, 100).tolist()
            self.neurons[name] = figures


class Identification:
    """Whether the neuron that a picture was made for stands out on it, from the activations of all channels."""

    def __init__(self, runs, activations, means, deviations, pictures):
        usable = np.isfinite(activations).all(axis=1)
        excluded = int((~usable).sum())
        runs, activations = runs[usable], activations[usable].astype(float)
        sign = -1 if (runs["direction"] == "-").any() else 1
        with np.errstate(divide="ignore"):
            factors = np.where(deviations > 0, 1 / deviations, 0)
        scores = sign * (activations - means) * factors
        own = runs["neuron"].to_numpy()
        # Of equal channels, each has the mean of their ranks.
        ranks = np.array([rankdata(-row, method="average")[channel] for row, channel in zip(scores, own)])
        ties = np.array([(row == row[channel]).sum() for row, channel in zip(scores, own)])
        tops = np.where(ranks == (ties + 1) / 2, 1 / ties, 0)
        table = pd.DataFrame({"neuron": own, "top": tops, "reciprocal": 1 / ranks})
        groups = table.groupby("neuron")
        sums, counts = groups.sum(), groups.size().to_numpy()
        whole = {name: sums[name].sum() / counts.sum() for name in sums}
        deleted = {name: deleted_ratios(sums[name], counts) for name in sums}
        self.deleted = dict(zip(sums.index, deleted["top"])) if len(sums) > 1 else {}
        self.layer = {
            "top1": whole["top"], "meanReciprocalRank": whole["reciprocal"], "chance": 1 / activations.shape[1],
            "runs": len(runs), "excluded": excluded, "scalePictures": pictures}
        if len(sums) >= FEWEST_NEURONS:
            self.layer["top1Interval"] = proportion(whole["top"], deleted["top"])
            self.layer["meanReciprocalRankInterval"] = proportion(whole["reciprocal"], deleted["reciprocal"])
        self.neurons = {}
        for name, group in groups:
            share, count = group["top"].mean(), len(group)
            self.neurons[name] = {
                "top1": share, "reciprocalRank": group["reciprocal"].mean(), "runs": count,
                "top1Interval": wilson(share, count)}


def wilson(share, count):
    """Wilson's interval of a share of `count`; SciPy's takes whole numbers of successes, ties give parts of one."""
    if share * count == round(share * count):
        return list(binomtest(round(share * count), count).proportion_ci(0.95, method="wilson"))
    z = 1.959963984540054
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return [max(0, centre - reach), min(1, centre + reach)]


def differences(condition, base, conditions):
    """How the figures of a condition differ from those of the first one, paired by neuron, corrected by Bonferroni."""
    comparisons = COMPARED_FIGURES * conditions

    def difference(value, deleted, base_value, base_deleted):
        names = sorted(deleted.keys() | base_deleted.keys())
        changes = [deleted.get(name, value) - base_deleted.get(name, base_value) for name in names]
        figures = {"value": value - base_value, "neurons": len(names)}
        interval = jackknife(value - base_value, changes, coverage=1 - 0.05 / comparisons)
        return figures | ({"interval": interval} if interval else {})

    found = {"comparisons": comparisons}
    for measure in ["look", "meaning"]:
        if measure in condition and measure in base:
            (own, other) = condition[measure], base[measure]
            found[measure] = {
                figure: difference(
                    own.layer[figure], own.deleted[figure], other.layer[figure], other.deleted[figure])
                for figure in ["auc", "retrieval"]}
    if "identification" in condition and "identification" in base:
        own, other = condition["identification"], base["identification"]
        found["identification"] = difference(own.layer["top1"], own.deleted, other.layer["top1"], other.deleted)
    return found


def seed_spread(runs):
    """The standard deviation of each neuron's final activation over seeds, relative to that between neurons."""
    finite = runs[np.isfinite(runs["final_activation"])]
    # The program reads single-precision activations as doubles.
    values = finite["final_activation"].astype(np.float32).astype(float)
    groups = values.groupby(finite["neuron"])
    means = groups.mean()
    between = means.std(ddof=1)
    if len(means) < 2 or not between > 0:
        return {}
    return {name: value / between for name, value in groups.std(ddof=1).items() if not np.isnan(value)}


# From the vectors to the similarities


def similarities(vectors, means, scales):
    """The cosines of vectors that are centred and scaled by the reference; one that is at the mean is like no other."""
    scaled = (vectors.astype(float) - means) * scales
    scaled[np.linalg.norm(scaled, axis=1) <= 1e-6] = 0
    return cosine_similarity(scaled)


class Table:
    """The largest deviation of each quantity."""

    def __init__(self):
        self.rows = []

    def add(self, quantity, deviation, tolerance, layer):
        self.rows.append((quantity, abs(deviation), tolerance, layer))

    def compare(self, published, computed, layer, place=""):
        """Compares two values of the same form; what only one of them has is an infinite deviation."""
        if isinstance(published, dict) or isinstance(computed, dict):
            published, computed = published or {}, computed or {}
            for key in published.keys() | computed.keys():
                # Sentences.
                if key != "reasons":
                    self.compare(published.get(key), computed.get(key), layer, f"{place}.{key}" if place else key)
        elif published is None or computed is None:
            if published is not computed:
                self.add(place, np.inf, TOLERANCE, layer)
        elif isinstance(published, list):
            for ours, theirs in zip(published, computed, strict=True):
                self.add(place, ours - theirs, TOLERANCE, layer)
        else:
            self.add(place, published - computed, TOLERANCE, layer)

    def summary(self):
        frame = pd.DataFrame(self.rows, columns=["quantity", "deviation", "tolerance", "layer"])
        # Both measures in one row.
        frame["quantity"] = frame["quantity"].str.replace(r"\.(look|meaning)", "", regex=True)
        groups = frame.groupby("quantity")
        worst = frame.loc[groups["deviation"].idxmax()].set_index("quantity")
        return worst.assign(values=groups.size())[["values", "deviation", "tolerance", "layer"]].sort_index()


def measured(export, layer, runs, mask, condition, name, table):
    """The statistics of some runs of a condition by both measures; a measure that allows none is absent."""
    found = {}
    for measure, array in [("look", "look"), ("meaning", "embedding")]:
        similarity = export.array(layer, f"similarity_{measure}_{name}")
        if similarity is None:
            continue
        vectors = export.array(layer, array)[mask]
        number = "" if measure == "look" else f"_{condition}"
        reference = [export.array(layer, f"{array}_{part}{number}") for part in ["mean", "scale"]]
        difference = np.abs(similarities(np.nan_to_num(vectors), *reference) - similarity)
        if not np.isnan(difference).all():
            table.add(f"similarities by {measure}", np.nanmax(difference), SIMILARITY_TOLERANCE, layer["address"])
        scored = Consistency.of(runs[mask], vectors, similarity)
        if scored:
            found[measure] = scored
    means = export.array(layer, f"channel_mean_{condition}")
    if means is not None and mask.any():
        activations = export.array(layer, "activations")[mask][:, : len(means)]
        deviations = export.array(layer, f"channel_deviation_{condition}")
        if np.isfinite(activations).all(axis=1).any():
            found["identification"] = Identification(
                runs[mask], activations, means, deviations, export.manifest["referencePictures"])
    return found


def compare_layer(export, layer, table):
    """Compares all scores of a layer."""
    runs, published = export.runs(layer), export.scores(layer)
    condition = runs["condition"].to_numpy()
    grid = measured(export, layer, runs, condition == 0, 0, "0", table)
    address = layer["address"]
    table.compare(published["scores"], {key: scores.layer for key, scores in grid.items()}, address, "layer")
    spread = seed_spread(runs[condition == 0])
    for entry in published["neurons"]:
        neuron = entry["neuron"]
        computed = {key: scores.neurons.get(neuron) for key, scores in grid.items()} | {"seedSpread": spread.get(neuron)}
        table.compare(entry["scores"], computed, address, "neuron")
    variants = {}
    for entry in published.get("variants", []):
        number = entry["condition"]
        mask = (condition == number) & runs["neuron"].isin(entry["neurons"]).to_numpy()
        is_part = number == 0 and export.array(layer, "similarity_look_0_compared") is not None
        variants[number] = measured(export, layer, runs, mask, number, "0_compared" if is_part else str(number), table)
        found = variants[number]
        table.compare(entry["scores"], {key: scores.layer for key, scores in found.items()}, address, "variant")
        spread = seed_spread(runs[mask])
        for neuron, scores in zip(entry["neurons"], entry["neuronScores"], strict=True):
            computed = {key: scores.neurons.get(neuron) for key, scores in found.items()}
            table.compare(scores, computed | {"seedSpread": spread.get(neuron)}, address, "variant.neuron")
        if number:
            computed = differences(found, variants[0], len(published["variants"]) - 1)
            table.compare(entry["differences"], computed, address, "difference")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", metavar="EXPORT", help="a folder that atlasgen export wrote")
    export = Export(parser.parse_args().export)
    damaged = export.damaged()
    if damaged:
        sys.exit(f"{damaged[0]} and {len(damaged) - 1} other files are not what the manifest says: export again")
    table = Table()
    for layer in export.manifest["layers"]:
        compare_layer(export, layer, table)
    summary = table.summary()
    print(summary.to_string(formatters={name: "{:.1e}".format for name in ["deviation", "tolerance"]}))
    wrong = summary[~(summary["deviation"] <= summary["tolerance"])]
    print(
        f"{len(table.rows)} numbers compared; the largest deviation of a statistic is "
        f"{summary.loc[summary['tolerance'] == TOLERANCE, 'deviation'].max():.2g}.")
    if len(wrong):
        sys.exit(f"not reproduced: {', '.join(wrong.index)}")


if __name__ == "__main__":
    main()
