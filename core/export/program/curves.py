"""What a notebook has beyond a script: the curves and the confusion matrix, drawn by matplotlib."""

from __future__ import annotations

from core.export.program.part import Part
from core.vocabulary.records import Facts

PYPLOT = "import matplotlib.pyplot as plt"


def curves(facts: Facts) -> Part:
    """Losses and accuracy over the epochs, from `history`."""
    if not facts.validation:
        code = """\
epochs = range(1, EPOCHS + 1)
figure, axis = plt.subplots(figsize=(6, 4))
axis.plot(epochs, [loss for (loss,) in history], marker=".", label="training")
axis.set(xlabel="epoch", ylabel="loss", title="Training loss")
plt.show()"""
        return Part("Curves", "The loss on the images that it learns from.", code, (PYPLOT,))
    code = """\
epochs, (training, validation_losses, accuracies) = range(1, EPOCHS + 1), zip(*history)
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
left.plot(epochs, training, marker=".", label="training")
left.plot(epochs, validation_losses, marker=".", linestyle="--", label="validation")
left.set(xlabel="epoch", ylabel="loss", title="Loss")
left.legend()
right.plot(epochs, [100 * share for share in accuracies], marker=".", linestyle="--", label="validation")
right.set(xlabel="epoch", ylabel="percent", title="Validation accuracy")
plt.show()"""
    text = "Solid: the images that it learns from, dropout on. Dashed: images that it does not learn from. Where the dashed loss rises, it learns by heart."
    return Part("Curves", text, code, (PYPLOT,))


def confusion_matrix() -> Part:
    """The test's `matrix`, each row as shares of its class."""
    code = """\
shares = matrix.cpu() / matrix.cpu().sum(1, keepdim=True)
figure, axis = plt.subplots(figsize=(7, 7))
axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
axis.set(xlabel="answer", ylabel="truth", xticks=range(len(CLASSES)), yticks=range(len(CLASSES)), title="Confusion matrix of the test")
axis.set_xticklabels(CLASSES, rotation=45, ha="right")
axis.set_yticklabels(CLASSES)
for row, counts in enumerate(matrix.tolist()):
    for column, count in enumerate(counts):
        axis.text(column, row, count, ha="center", va="center", color="white" if shares[row, column] > 0.5 else "black")
plt.show()"""
    return Part("Confusion matrix", "Each row is a true class, each column an answer: what lies off the diagonal was mistaken.", code, (PYPLOT,))
