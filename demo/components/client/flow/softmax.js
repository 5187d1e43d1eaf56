// From scores to probabilities, by hand: three bars a class that grow one after the other, and one score that can be dragged.

const SUPER = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"

/** A number of any size in a few letters: 0.52, 1,234, 7.5 × 10⁶. */
function compact(value) {
  if (value >= 1e5 || (value < 0.01 && value > 0)) {
    const [digits, power] = value.toExponential(1).split("e")
    const raised = String(Math.abs(power)).replace(/\d/g, (digit) => SUPER[digit])
    return `${digits} \u00d7 10${power < 0 ? "\u207b" : ""}${raised}`
  }
  return value >= 100 ? Math.round(value).toLocaleString("en") : value >= 1 ? value.toFixed(2) : value.toPrecision(2)
}

class SoftmaxPanel {
  constructor(flow) {
    this.flow = flow
    this.host = flow.find(".f-softmax")
  }

  /** The scores as they are, this class's to be dragged. */
  show(label) {
    const { words, network, columns } = this.flow
    const changed = `${network.form} ${label} ${columns.height}`
    if (changed === this.changed) return this.write()
    Object.assign(this, { changed, label, scores: [...network.scores] })
    const order = network.order(network.last, label)
    const head = make("div", "f-row f-heads")
    for (const text of ["", words.soft_score, words.soft_exponential, words.soft_share]) head.appendChild(make("span")).textContent = text
    this.rows = order.map((number) => this.row(number))
    const side = columns.stages[network.last].boxes
    head.style.height = `${side[0].y}px`
    for (const { row } of this.rows) row.style.height = `${side[1].y - side[0].y}px`
    this.host.replaceChildren(head, ...this.rows.map(({ row }) => row), this.drag(), make("p", "f-told"))
    this.host.classList.remove("grown")
    this.write()
    requestAnimationFrame(() => requestAnimationFrame(() => this.host.classList.add("grown")))
  }

  row(number) {
    const { network } = this.flow
    const row = make("div", number === this.label ? "f-row chosen" : "f-row")
    row.appendChild(make("b")).textContent = network.classes[number]
    const bars = ["score", "exponential", "share"].map((kind) => {
      const cell = row.appendChild(make("span", `f-bar3 ${kind}`))
      return { bar: cell.appendChild(make("i")), text: cell.appendChild(make("span")) }
    })
    return { row, number, bars }
  }

  drag() {
    const { words, network } = this.flow
    const label = make("label", "f-drag")
    const input = make("input", "", { type: "range", step: 0.1, min: Math.floor(Math.min(...network.scores)) - 5, max: Math.ceil(Math.max(...network.scores)) + 5 })
    input.value = this.scores[this.label]
    label.appendChild(make("span")).textContent = fill(words.soft_drag, { label: network.classes[this.label] })
    label.append(input)
    input.addEventListener("input", () => {
      this.scores[this.label] = Number(input.value)
      this.write()
    })
    input.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation())
    return label
  }

  write() {
    const { words, network } = this.flow
    const raised = this.scores.map(Math.exp)
    const total = raised.reduce((sum, one) => sum + one, 0)
    const low = Math.min(0, ...this.scores)
    const high = Math.max(1, ...this.scores)
    const logs = [Math.min(...this.scores), Math.max(...this.scores)]
    for (const { number, bars } of this.rows) {
      const [score, exponential, share] = bars
      const value = this.scores[number]
      const zero = (100 * -low) / (high - low)
      const length = (100 * Math.abs(value)) / (high - low)
      Object.assign(score.bar.style, { left: `${value < 0 ? zero - length : zero}%`, width: `${length}%` })
      score.bar.classList.toggle("below", value < 0)
      exponential.bar.style.width = `${4 + (96 * (value - logs[0])) / (logs[1] - logs[0] || 1)}%`
      share.bar.style.width = `${(100 * raised[number]) / total}%`
      score.text.textContent = written(value, 2)
      exponential.text.textContent = compact(raised[number])
      share.text.textContent = percentOf(raised[number] / total)
    }
    const values = { label: network.classes[this.label], one: compact(raised[this.label]), total: compact(total), share: percentOf(raised[this.label] / total) }
    this.host.querySelector(".f-told").textContent = fill(words.soft_told, values)
  }
}
