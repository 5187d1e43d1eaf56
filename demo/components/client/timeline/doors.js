// A confusion matrix alone, on the pages of studies: the same table of doors as beside a run.

const alone = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!alone.has(parentElement)) {
    const send = (door) => setTriggerValue("door", { ...alone.get(parentElement).asked, ...door })
    alone.set(parentElement, { matrix: new Matrix(data.words, send), asked: {} })
    parentElement.querySelector(".timeline").append(alone.get(parentElement).matrix.root)
  }
  const { matrix } = Object.assign(alone.get(parentElement), { asked: data.asked })
  matrix.numbers = data.numbers
  matrix.show(countsOf(data.matrix, data.classes.length ** 2), data.classes, data.opens, data.what)
}
