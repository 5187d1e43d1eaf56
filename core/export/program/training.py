"""The second half of an exported program: network, training, evaluation and test of a recipe, as PyTorch code.

Each function gives one part with the lines that the recipe needs and no others. What is computed, and the order in which random
numbers are drawn, are those of core/training/loop.py, so that the same machine prints the same digits.
"""

from __future__ import annotations

from torch import nn

from core.export.program.layers import network_code
from core.export.program.part import Part
from core.training.augmentation import study_sides
from core.training.models import networks
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Facts, Result
from core.vocabulary.sources import source_of

NUMPY, TORCH, NN, FUNCTIONAL = "import numpy as np", "import torch", "from torch import nn", "from torch.nn import functional as F"


# --- network ----------------------------------------------------------------------------------------------------------

DROPOUT = '''\
class Dropout(nn.Dropout):
    """As nn.Dropout, drawn differently: on a processor four values share one random number of 64 bits."""

    def forward(self, x):
        if not self.training:
            return x
        bits = torch.empty((x.numel() + 3) // 4, dtype=torch.int64).random_(-(2**63), None).view(torch.int16)[: x.numel()]
        if x.dim() == 4:  # in the order in which x lies in memory
            bits = bits.view(len(x), *x.shape[2:], x.shape[1]).permute(0, 3, 1, 2)
        kept = bits.view(x.shape) >= round(self.p * 65536) - 32768
        return x * kept.to(x.dtype).mul_(1 / (1 - self.p))


'''

STREAM = '''\
def stream(epoch, number):  # a seed of its own for each epoch and purpose, so that a run can go on after any epoch
    return int(np.random.SeedSequence([SEED, epoch, number]).generate_state(1, np.uint64)[0] >> np.uint64(1))


'''


def network(recipe: Recipe, facts: Facts) -> Part:
    """`network` with its first weights, and `logits_of(images)`."""
    built = networks.build(recipe.network, source_of(recipe.dataset).shape, len(facts.classes), recipe.dropout)
    ours = recipe.device == "cpu" and any(isinstance(layer, nn.Dropout) and layer.p for layer in built)
    place = 'memory_format=torch.channels_last' + ("" if recipe.device == "cpu" else ", device=DEVICE")
    lines = [
        "torch.manual_seed(stream(0, 0))  # the first weights are random; from here on draws come in the order of the lab",
        network_code(built, source_of(recipe.dataset).shape, "Dropout" if ours else "nn.Dropout", facts.train % recipe.batch_size),
        f"network.to({place})",
        "", "",
        _logits(recipe),
    ]  # fmt: skip
    text = f"{facts.parameters:,} weights and biases. Behind each layer: what leaves it for one image."
    return Part("Network", text, STREAM + (DROPOUT if ours else "") + "\n".join(lines), (NUMPY, TORCH, NN))


def _logits(recipe: Recipe) -> str:
    forward = "network((images.float() - 127.5) / 127.5)"
    lines = ["def logits_of(images):  # uint8 images -> a number for each class; black enters as -1, white as 1"]
    if recipe.precision == "float32":
        return "\n".join([*lines, f"    return {forward}"])
    device = '"cpu"' if recipe.device == "cpu" else "DEVICE"
    return "\n".join([*lines, f"    with torch.autocast({device}, torch.{recipe.precision}):  # multiplies in 16 bits",
                      f"        return {forward}.float()"])  # fmt: skip


# --- training ---------------------------------------------------------------------------------------------------------

ONE_CYCLE = '''\
def one_cycle(step):
    """The share of the peak: up in the first three tenths of all steps, then down to nothing, along cosines."""
    progress = step / max(1, {steps} - 1)
    if progress < 0.3:
        return 1 / 25 + (1 - 1 / 25) * (1 - math.cos(math.pi * progress / 0.3)) / 2
    return (1 + math.cos(math.pi * (progress - 0.3) / (1 - 0.3))) / 2


'''

L1 = '''\
def loss_of(logits, labels):
    """Mean absolute difference between the probabilities and the truth, 1 for the true class and 0 for the others."""
    return F.l1_loss(logits.softmax(1), F.one_hot(labels, logits.shape[1]).to(logits.dtype))


'''


def training(recipe: Recipe, facts: Facts) -> Part:
    """The optimizer, and `train_epoch(epoch)`, which returns the mean training loss."""
    one_cycle = recipe.schedule == "one-cycle"
    scaler = ['scaler = torch.amp.GradScaler("cuda")  # small gradients would be 0 in float16'] if recipe.precision == "float16" else []
    code = "".join([
        ONE_CYCLE.format(steps=facts.steps_per_epoch * recipe.epochs) if one_cycle else "", L1 if recipe.loss == "l1" else "",
        "\n".join([*_optimizer(recipe), *scaler]), "\n\n\n", "\n".join(_epoch(recipe)),
    ])  # fmt: skip
    text = f"{facts.steps_per_epoch:,} steps of {recipe.batch_size} images an epoch, in a new random order each time."
    return Part("Training", text, code, (TORCH, FUNCTIONAL, *(["import math"] if one_cycle else [])))


OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "rmsprop": "RMSprop", "adagrad": "Adagrad"}


def _optimizer(recipe: Recipe) -> list[str]:
    options = f"network.parameters(), lr={recipe.learning_rate}"
    options += f", momentum={recipe.momentum}" if recipe.momentum else ""
    options += ", nesterov=True" if recipe.nesterov else ""
    options += f", weight_decay={recipe.weight_decay}" if recipe.weight_decay else ""
    fused = recipe.device == "cpu" if recipe.optimizer == "adagrad" else recipe.device in ("cpu", "cuda") and recipe.optimizer != "rmsprop"
    options += ", fused=True" if fused else ""
    options += ", capturable=True" if recipe.optimizer == "adam" and recipe.device == "cuda" else ""
    lines = [f"optimizer = torch.optim.{OPTIMIZERS[recipe.optimizer]}({options})"]
    if recipe.device == "cuda":
        lines += ["for group in optimizer.param_groups:", '    group["lr"] = torch.tensor(group["lr"], device=DEVICE)']
    if recipe.schedule == "one-cycle":
        lines.append("scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, one_cycle)")
    return lines


def _epoch(recipe: Recipe) -> list[str]:
    """The function that trains one epoch."""
    draws, columns, changes = _augmentation(recipe)
    there = "" if recipe.device == "cpu" else ".to(DEVICE)"
    order = f"torch.randperm(len(images), generator=draw){there}"
    steps = ["order.split(BATCH)", *(f"{name}.split(BATCH{', 1' if name == 'moves' else ''})" for name in columns)]
    names = ["batch", *(SINGULAR[name] for name in columns)]
    walk = f"for {', '.join(names)} in zip({', '.join(steps)}):" if columns else f"for batch in {order}.split(BATCH):"
    return [
        "def train_epoch(epoch):",
        '    """One pass over the training images: forward, backward, update. Returns the mean loss."""',
        "    images, labels = train",
        "    torch.manual_seed(stream(epoch, 0))  # of dropout",
        "    draw = torch.Generator().manual_seed(stream(epoch, 1))  # of the order of the images",
        *([f"    order = {order}"] if draws else []), *draws,
        "    network.train()",
        "    losses = []",
        f"    {walk}",
        "        x, y = images[batch], labels[batch]",
        *changes, *_step(recipe),
        "        losses.append(loss.detach() * len(y))",
        "    return float(torch.stack(losses).sum() / len(images))",
    ]  # fmt: skip


def _step(recipe: Recipe) -> list[str]:
    loss = "loss_of" if recipe.loss == "l1" else "F.cross_entropy"
    lines = [f"        loss = {loss}(logits_of(x), y)", "        optimizer.zero_grad()"]
    if recipe.precision == "float16":
        lines += ["        scaler.scale(loss).backward()", "        scaler.step(optimizer)", "        scaler.update()"]
    else:
        lines += ["        loss.backward()", "        optimizer.step()"]
    return lines + (["        scheduler.step()"] if recipe.schedule == "one-cycle" else [])


SINGULAR = {"flips": "flip", "moves": "move", "sizes": "size"}
"""What is drawn for all images of an epoch -> the part of it that one batch gets."""


def _augmentation(recipe: Recipe) -> tuple[list[str], list[str], list[str]]:
    """The draws of an epoch, the names of what is drawn, and the changes of a batch `x` uint8 (B, C, H, W)."""
    side, kinds = source_of(recipe.dataset).side, recipe.augment.split("+")
    reach, there = side // 8, "" if recipe.device == "cpu" else ".to(DEVICE)"
    draws, columns, changes = [], [], []
    if "flip" in kinds:
        draws.append(f"    flips = {'torch.rand(len(images), generator=draw) < 0.5' if not there else f'(torch.rand(len(images), generator=draw) < 0.5){there}'}  # every second image is mirrored")
        columns.append("flips")
        changes.append("        x = torch.where(flip[:, None, None, None], x.flip(3), x)")
    elif "mixed" in kinds:
        draws.append("    torch.rand(len(images), generator=draw)  # drawn by the lab for mirroring, not used here")
    if "shift" in kinds:
        draws.append(f"    moves = torch.randint(0, {2 * reach + 1}, (2, len(images)), generator=draw)  # up to {reach} pixels each way")
        columns.append("moves")
        changes += [f"        padded = F.pad(x, ({reach}, {reach}, {reach}, {reach}))",
                    f"        x = torch.stack([one[:, d : d + {side}, r : r + {side}] for one, d, r in zip(padded, *move.tolist())])"]  # fmt: skip
    if "mixed" in kinds:
        sides = study_sides(side)
        draws += ["    torch.randint(0, 1, (2, len(images)), generator=draw)  # drawn by the lab for shifting, not used here",
                  f"    sizes = torch.tensor({list(sides)})[torch.randint(0, {len(sides)}, (len(images),), generator=draw)]{there}"]  # fmt: skip
        columns.append("sizes")
        changes += [f"        for side in {sides[1:]}:", "            x[size == side] = at_resolution(x[size == side], side)"]
    return draws, columns, changes


# --- evaluation, the run, the test ------------------------------------------------------------------------------------


def evaluation(recipe: Recipe, facts: Facts) -> Part:
    """`evaluate(images, labels)`: mean loss, accuracy and confusion matrix."""
    count, loss = len(facts.classes), "loss_of" if recipe.loss == "l1" else "F.cross_entropy"
    there = "" if recipe.device == "cpu" else ", device=DEVICE"
    code = f'''\
@torch.inference_mode()
def evaluate(images, labels):
    """Mean loss, accuracy, and confusion matrix (row: the truth, column: the answer), without dropout."""
    network.eval()
    loss, matrix = 0.0, torch.zeros({count}, {count}, dtype=torch.int64{there})
    for x, y in zip(images.split(500), labels.split(500)):
        logits = logits_of(x)
        loss += {loss}(logits, y) * len(y)
        matrix += torch.bincount({count} * y + logits.argmax(1), minlength={count * count}).view({count}, {count})
    return float(loss) / len(images), int(matrix.trace()) / len(images), matrix'''
    return Part("Evaluation", "How good it is on images that it does not learn from.", code, (TORCH, FUNCTIONAL))


def run(recipe: Recipe, facts: Facts, keep_history: bool, until: int | None) -> Part:
    """All epochs, a printed line each; with `keep_history` also a list of their numbers, for the curves. `until`: the epoch
    whose weights are wanted; None: those that the recipe keeps.
    """
    best, held_out = recipe.keep == "best" and until is None, facts.validation > 0
    copied = "copy.deepcopy(network.state_dict())"
    lines = [f"best, best_accuracy = {copied}, evaluate(*validation)[1]  # the untrained network counts, too"] if best else []
    lines += ["history = []"] if keep_history else []
    lines += ["for epoch in range(1, EPOCHS + 1):", "    loss = train_epoch(epoch)"]
    lines += ["    validation_loss, accuracy, _ = evaluate(*validation)"] if held_out else []
    checked = ", validation loss {validation_loss}, accuracy {accuracy}" if held_out else ""
    lines.append(f'    print(f"epoch {{epoch}}: training loss {{loss}}{checked}", flush=True)')
    if keep_history:
        lines.append(f"    history.append(({'loss, validation_loss, accuracy' if held_out else 'loss,'}))")
    if best:
        lines += ["    if accuracy > best_accuracy:", f"        best, best_accuracy = {copied}, accuracy", "network.load_state_dict(best)"]
    stopped = f" The run had {recipe.epochs}; this is the network as it was after epoch {until}." if until is not None else ""
    kept = "The weights with the best validation accuracy are kept." if best else "The weights of the last epoch are kept."
    return Part("The run", kept + stopped, "\n".join(lines), ("import copy",) if best else ())


def test(result: Result | None) -> Part:
    """The one look at the test set, and whether it is what the lab's run had; of an epoch the lab did not look."""
    compared = f"""
print("{result.test_accuracy!r} in the lab:", "the same" if accuracy == {result.test_accuracy!r} else "another machine, or other versions")\
""" if result else ""  # fmt: skip
    code = f'''\
loss, accuracy, matrix = evaluate(*test)
print(f"test loss {{loss}}, test accuracy {{accuracy}}; rows are the truth, columns the answers:")
for name, row in zip(CLASSES, matrix.tolist()):
    print(f"{{name:>12}}", *(f"{{count:5}}" for count in row)){compared}'''
    return Part("Test", "Once, at the end: whoever chooses by it no longer measures.", code)
