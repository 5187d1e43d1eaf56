// The tiny network from left to right with all its numbers: forward, then every derivative, then steps of gradient descent.

const FORWARD_MS = 240
const BACKWARD_MS = 1100
const STAGES = ["picture", "kernel", "sums", "activations", "maximum", "output", "score", "loss"]
const OVERFLOW = 1e6 // a loss from here on is told as what it is: out of hand

class Network {
  constructor(root) {
    this.root = root
    this.playback = new Playback()
  }

  take(data, theme) {
    const again = this.data && this.data.moment === data.moment && this.data.sealed === data.sealed
    Object.assign(this, { data, theme, words: data.words })
    if (!again) {
      this.rate = data.rate
      this.reset()
      this.pointed = data.asked
      this.derivatives = false
    }
    clearTimeout(this.playback.waiting)
    this.build()
    if (again) return this.data.sealed || this.rest()
    if (data.sealed) this.forward()
    else this.backward()
  }

  /** The network as it was before its first step. */
  reset() {
    this.parameters = copyOf(this.data.parameters)
    this.losses = [this.pass().loss]
  }

  pass() {
    return forwardPass(this.data.image, this.parameters, this.data.target)
  }

  // --- what stands there -------------------------------------------------------------------------------------------

  build() {
    const net = make("div", "net", { role: "group", "aria-label": this.words.net })
    this.cells = {}
    this.blocks = STAGES.map((stage) => this.block(stage))
    const ends = make("div", "ends")
    ends.append(...this.blocks.slice(-2))
    net.append(...this.blocks.slice(0, -2), ends)
    this.root.classList.toggle("sealed", this.data.sealed)
    net.addEventListener("keydown", (event) => this.onKey(event))
    net.addEventListener("pointerleave", () => this.point(this.sticky ?? this.data.asked))
    this.line = make("div", "line")
    const after = make("div", "after")
    this.chart = after.appendChild(make("div", "losses", { role: "img" }))
    this.said = after.appendChild(make("p", "said", { role: "status" }))
    this.root.replaceChildren(net, this.line, this.controls(), ...(this.data.sealed ? [] : [after]))
    this.write()
  }

  block(stage) {
    const block = make("div", `block ${stage}`)
    block.appendChild(make("h4")).textContent = this.words[`block_${stage}`]
    const grid = (name, columns, count, role) => {
      const box = block.appendChild(make("div", `cells ${name}`))
      box.style.setProperty("--columns", columns)
      this.cells[name] = Array.from({ length: count }, (_, at) => box.appendChild(role === "plain" ? make("span", "cell") : this.cell(name, at)))
    }
    const single = (name, key) => {
      const box = block.appendChild(make("div", "single"))
      if (key) box.appendChild(make("span", "sign")).textContent = this.words[key]
      this.cells[name] = [box.appendChild(name === "loss" ? make("span", "cell") : this.cell(name, 0))]
    }
    if (stage === "picture") grid("picture", 4, 16, "plain")
    if (stage === "kernel") {
      grid("kernel", SIDE, 9)
      single("bias", "sign_bias")
    }
    if (stage === "sums") grid("sum", 2, CELLS)
    if (stage === "activations") grid("activation", 2, CELLS)
    if (stage === "maximum") single("maximum")
    if (stage === "output") {
      single("weight", "sign_weight")
      single("output_bias", "sign_output_bias")
    }
    if (stage === "score") {
      single("score")
      block.appendChild(make("p", "note target"))
    }
    if (stage === "loss") {
      single("loss")
      block.appendChild(make("p", "note half"))
    }
    return block
  }

  /** A number that has a derivative: it can be pointed at. */
  cell(name, at) {
    const cell = make("button", "cell", { type: "button", tabindex: -1, "data-cell": `${name} ${at}` })
    cell.append(make("b"), make("i"))
    const here = { name, at }
    cell.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.point(here))
    cell.addEventListener("focus", () => this.point(here))
    cell.addEventListener("click", () => {
      this.sticky = here
      this.point(here)
    })
    return cell
  }

  controls() {
    const { words, data } = this
    const box = make("div", "controls")
    box.appendChild(actionButton(words.forward, () => this.forward()))
    if (data.sealed) return box
    box.appendChild(actionButton(words.backward, () => this.backward()))
    box.appendChild(valueSlider(words.rate, data.rates, this.rate, (rate) => {
      this.rate = rate
      this.write()
    }).box)
    this.stepButton = box.appendChild(actionButton(words.step, () => this.step(), "do"))
    box.appendChild(actionButton(words.reset, () => {
      this.reset()
      this.write()
    }))
    return box
  }

  // --- what happens ------------------------------------------------------------------------------------------------

  /** The numbers come from left to right. */
  forward() {
    this.derivatives = false
    this.write()
    this.blocks.forEach((block) => block.classList.toggle("waiting", !still()))
    this.playback.play(this.blocks.map((block) => () => block.classList.remove("waiting")), FORWARD_MS)
  }

  /** From the loss back to the asked weight: each number on the way is lit with its product, one factor longer each time. */
  backward() {
    this.rest()
    const { place } = this.pass()
    const way = [["score", 0], ["maximum", 0], ["activation", place], ["sum", place], [this.data.asked.name, this.data.asked.at]]
    const steps = way.map(([name, at], stage) => () => {
      this.cells[name][0].closest(".block").classList.remove("before")
      if (stage === way.length - 1) this.rest()
      this.point({ name, at })
    })
    if (!still()) this.blocks.forEach((block) => block.classList.add("before"))
    this.playback.play(steps, BACKWARD_MS)
  }

  /** Everything is there, and nothing moves. */
  rest() {
    clearTimeout(this.playback.waiting)
    this.blocks.forEach((block) => block.classList.remove("waiting", "before"))
    this.derivatives = true
    this.write()
  }

  step() {
    this.rest()
    this.parameters = stepped(this.parameters, gradientsOf(this.data.image, this.parameters, this.data.target), this.rate)
    this.losses.push(this.pass().loss)
    this.write()
    for (const name of ["kernel", "bias", "weight", "output_bias"]) {
      for (const cell of this.cells[name]) cell.animate?.([{ background: "#ffa90e" }, {}], { duration: still() ? 0 : 700 })
    }
  }

  point(here) {
    this.pointed = here
    this.light()
  }

  /** One stop for the tabulator; the arrow keys go to the next number in their direction. */
  onKey(event) {
    const turn = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    const from = event.target.closest?.("[data-cell]")
    if (!turn || !from) return
    event.preventDefault()
    const middle = (element) => {
      const box = element.getBoundingClientRect()
      return [box.left + box.width / 2, box.top + box.height / 2]
    }
    const [x, y] = middle(from)
    const distance = (cell) => {
      const [across, down] = [middle(cell)[0] - x, middle(cell)[1] - y]
      const ahead = across * turn[0] + down * turn[1]
      return ahead > 4 ? ahead + 3 * Math.abs(turn[0] ? down : across) : Infinity
    }
    const cells = [...this.root.querySelectorAll("[data-cell]")].filter((cell) => distance(cell) < Infinity)
    cells.sort((one, other) => distance(one) - distance(other))[0]?.focus()
  }

  // --- the numbers -------------------------------------------------------------------------------------------------

  numbers() {
    const now = this.pass()
    const { kernel, bias, weight, output_bias: outputBias } = this.parameters
    return { now, values: { kernel, bias: [bias], sum: now.sums, activation: now.activations, maximum: [now.maximum],
      weight: [weight], output_bias: [outputBias], score: [now.score] } }
  }

  derivative({ name, at }) {
    return derivativeOf(name, at, this.data.image, this.parameters, this.data.target)
  }

  write() {
    const { data, words, cells } = this
    const { now, values } = this.numbers()
    data.image.forEach((pixel, at) => {
      cells.picture[at].textContent = written(pixel)
      cells.picture[at].className = `cell ${pixel ? "bright" : "dark"}`
    })
    for (const [name, numbers] of Object.entries(values)) {
      numbers.forEach((value, at) => this.fillCell(cells[name][at], name, at, value))
    }
    cells.loss[0].textContent = now.loss < OVERFLOW ? brief(now.loss) : words.huge
    this.root.querySelector(".target").textContent = fill(words.target, { target: written(data.target) })
    this.root.querySelector(".half").textContent = now.loss < OVERFLOW ? fill(words.half, { score: brief(now.score), target: written(data.target) }) : ""
    this.root.classList.toggle("derived", this.derivatives)
    if (!this.data.sealed) this.tell()
    this.light()
  }

  fillCell(cell, name, at, value) {
    const [number, derivative] = cell.children
    const size = Math.abs(value)
    number.textContent = size < OVERFLOW ? brief(value) : this.words.huge
    const slope = this.derivative({ name, at })
    derivative.textContent = this.derivatives && size < OVERFLOW ? brief(slope) : ""
    const ground = signedColour(value, 1.2, name === "sum" || name === "activation" || name === "maximum" || name === "score" ? "dark" : this.theme)
    cell.style.background = css(ground)
    cell.style.color = inkOn(ground)
    const label = fill(this.words[`cell_${name}`], { row: Math.floor(at / (name === "kernel" ? SIDE : 2)) + 1, column: (at % (name === "kernel" ? SIDE : 2)) + 1 })
    cell.dataset.label = label
    const told = fill(this.words.cell, { label, value: brief(value) })
    cell.setAttribute("aria-label", this.derivatives ? `${told} ${fill(this.words.cell_slope, { slope: brief(slope) })}` : told)
  }

  /** The losses so far, and what the last step did. */
  tell() {
    const { words, losses } = this
    const bars = losses.slice(-12)
    const top = Math.max(...bars.filter((loss) => loss < OVERFLOW), 1e-9)
    this.chart.replaceChildren(...bars.map((loss, at) => {
      const bar = make("i", at === bars.length - 1 ? "last" : "")
      bar.style.height = `${Math.max(3, Math.min(100, (100 * loss) / top))}%`
      return bar
    }))
    this.chart.setAttribute("aria-label", fill(words.losses, { losses: bars.map((loss) => (loss < OVERFLOW ? brief(loss) : words.huge)).join(", ") }))
    const [before, after] = losses.slice(-2)
    this.said.className = "said"
    if (losses.length < 2) {
      this.said.textContent = fill(words.no_step, { loss: brief(losses[0]) })
      return
    }
    const kind = after < before ? "better" : after > before ? "worse" : "same"
    const numbers = { before: brief(before), after: after < OVERFLOW ? brief(after) : words.huge, count: losses.length - 1 }
    this.said.textContent = `${{ better: "\u2713 ", worse: "\u2717 ", same: "" }[kind]}${fill(words[`step_${kind}`], numbers)}`
    this.said.classList.add(kind)
  }

  // --- what is lit -------------------------------------------------------------------------------------------------

  light() {
    const { name, at } = this.pointed
    for (const cell of this.root.querySelectorAll(".cell")) cell.classList.remove("lit", "factor")
    for (const cell of this.root.querySelectorAll("[data-cell]")) cell.tabIndex = cell.dataset.cell === `${name} ${at}` ? 0 : -1
    this.cells[name][at].classList.add("lit")
    if (!this.derivatives) return this.line.replaceChildren(this.sentence(this.data.sealed ? this.words.look : this.words.look_backward))
    const factors = factorsOf(name, at, this.data.image, this.parameters, this.data.target)
    for (const factor of factors) for (const cell of this.placesOf(factor)) cell.classList.add("factor")
    const label = this.cells[name][at].dataset.label
    const slope = factors.reduce((product, factor) => product * factor.value, 1)
    const product = make("p", "product")
    factors.forEach((factor, place) => product.append(this.text(place ? TIMES : "="), this.factor(brief(factor.value), this.words[`factor_${factor.name}`])))
    if (factors.length > 1) product.append(this.text("="), this.factor(brief(slope), this.words.derivative, "result"))
    const title = make("p", "of")
    title.textContent = fill(this.words.of, { label })
    this.line.replaceChildren(title, product, this.sentence(this.meaning(name, at, slope)))
  }

  /** What the derivative means for this number in the next step. */
  meaning(name, at, slope) {
    const { words } = this
    if (!["kernel", "bias", "weight", "output_bias"].includes(name)) return words.passes
    const value = valueOf(this.parameters, name, at)
    const numbers = { value: brief(value), rate: written(this.rate, 4), slope: slope < 0 ? `(${brief(slope)})` : brief(slope), after: brief(value - this.rate * slope) }
    return fill(words[slope > 0 ? "goes_down" : slope < 0 ? "goes_up" : "stays"], numbers)
  }

  placesOf({ name, cell, pixel }) {
    const { cells } = this
    return { error: [cells.score[0]], weight: [cells.weight[0]], maximum: [cells.maximum[0]], passed: [cells.activation[cell]],
      open: [cells.sum[cell]], pixel: [cells.picture[pixel]], one: [] }[name]
  }

  factor(value, name, kind = "") {
    const box = make("span", `factor-box ${kind}`)
    box.appendChild(make("b")).textContent = value
    box.appendChild(make("small")).textContent = name
    return box
  }

  text(words) {
    const span = make("span", "times")
    span.textContent = words
    return span
  }

  sentence(words) {
    const line = make("p")
    line.textContent = words
    return line
  }
}

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default mounting(Network)
