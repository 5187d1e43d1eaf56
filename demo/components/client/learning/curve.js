// The loss along one number of the tiny network: where it stands, the tangent there, and the step as an arrow.

const POINTS = 240
const REACH = 4 // of the axis, to both sides of where the number began
const TRAIL = 12 // steps that stay in sight

class Curve {
  constructor(root) {
    this.root = root
  }

  take(data, theme) {
    const again = this.data && this.data.moment === data.moment
    Object.assign(this, { data, theme, words: data.words })
    if (!again) {
      Object.assign(this, { rate: data.rate, chosen: data.asked })
      this.begin()
    }
    this.build()
  }

  /** Back to the number's first value; all others stay where they are. */
  begin() {
    this.parameters = copyOf(this.data.parameters)
    this.trail = [this.value()]
    this.from = this.value()
  }

  value() {
    return valueOf(this.parameters, this.chosen.name, this.chosen.at)
  }

  lossAt(value) {
    const { data, chosen } = this
    return forwardPass(data.image, withValue(data.parameters, chosen.name, chosen.at, value), data.target).loss
  }

  slope() {
    return derivativeOf(this.chosen.name, this.chosen.at, this.data.image, this.parameters, this.data.target)
  }

  build() {
    const { words, data } = this
    const picks = make("div", "picks", { role: "group", "aria-label": words.picks })
    const pick = (name, at, label) => {
      const button = actionButton(brief(valueOf(data.parameters, name, at)), () => this.choose(name, at))
      button.dataset.pick = `${name} ${at}`
      button.setAttribute("aria-label", fill(words.pick, { label, value: brief(valueOf(data.parameters, name, at)) }))
      return button
    }
    const grid = make("div", "pick-grid")
    data.parameters.kernel.forEach((_, at) => grid.append(pick("kernel", at, fill(words.cell_kernel, { row: Math.floor(at / SIDE) + 1, column: (at % SIDE) + 1 }))))
    const row = (key, ...parts) => {
      const line = picks.appendChild(make("div", "pick"))
      line.appendChild(make("span")).textContent = words[key]
      line.append(...parts)
    }
    row("pick_kernel", grid)
    for (const name of ["bias", "weight", "output_bias"]) row(`cell_${name}`, pick(name, 0, words[`cell_${name}`]))
    this.figure = make("div", "plot", { role: "img" })
    this.told = make("p", "line told")
    const controls = make("div", "controls")
    this.slider = valueSlider(words.rate, data.rates, this.rate, (rate) => {
      this.rate = rate
      this.draw()
    })
    controls.append(this.slider.box, actionButton(words.step, () => this.step(), "do"), actionButton(words.reset, () => {
      this.begin()
      this.draw()
    }))
    this.said = make("p", "said", { role: "status" })
    const right = make("div", "right")
    right.append(this.figure, controls, this.said)
    const whole = make("div", "curve")
    whole.append(picks, right, this.told)
    this.root.replaceChildren(whole)
    followWidth(this.figure, () => this.draw())
    this.draw()
  }

  choose(name, at) {
    this.chosen = { name, at }
    this.begin()
    this.draw()
  }

  step() {
    const before = this.lossAt(this.value())
    this.parameters = withValue(this.parameters, this.chosen.name, this.chosen.at, this.value() - this.rate * this.slope())
    this.trail = [...this.trail, this.value()].slice(-TRAIL)
    const after = this.lossAt(this.value())
    this.draw()
    const kind = after < before ? "better" : after > before ? "worse" : "same"
    const numbers = { before: brief(before), after: brief(after), value: brief(this.value()) }
    this.said.className = `said ${kind}`
    this.said.textContent = `${{ better: "\u2713 ", worse: "\u2717 ", same: "" }[kind]}${fill(this.words[`curve_${kind}`], numbers)}`
  }

  // --- the drawing -------------------------------------------------------------------------------------------------

  draw() {
    for (const button of this.root.querySelectorAll("[data-pick]")) button.setAttribute("aria-pressed", button.dataset.pick === `${this.chosen.name} ${this.chosen.at}`)
    this.said.textContent = ""
    const width = Math.max(280, this.figure.clientWidth)
    const height = Math.round(Math.min(Math.max(430, innerHeight * 0.45), Math.max(230, width * 0.6)))
    const here = this.value()
    const low = Math.min(this.from - REACH, here - 1)
    const high = Math.max(this.from + REACH, here + 1)
    const values = Array.from({ length: POINTS + 1 }, (_, at) => low + ((high - low) * at) / POINTS)
    const losses = values.map((value) => this.lossAt(value))
    const top = 1.15 * Math.max(0.4, this.lossAt(here), Math.min(Math.max(...losses), 2.4 * this.lossAt(this.from)))
    this.letters = Math.round(parseFloat(getComputedStyle(this.root).fontSize) * 0.72)
    this.box = { left: 3.6 * this.letters, right: width - 12, top: 8, bottom: height - 3.4 * this.letters }
    const { box } = this
    this.x = (value) => box.left + ((box.right - box.left) * (value - low)) / (high - low)
    this.y = (loss) => box.bottom - ((box.bottom - box.top) * loss) / top
    const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", "font-size": this.letters })
    const clip = svg("clipPath", { id: "plot" }, svg("defs", {}, drawing))
    svg("rect", { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top }, clip)
    this.axes(drawing, low, high, top)
    const inside = svg("g", { "clip-path": "url(#plot)" }, drawing)
    svg("path", { class: "loss", d: `M${values.map((value, at) => `${this.x(value).toFixed(1)} ${this.y(losses[at]).toFixed(1)}`).join("L")}` }, inside)
    this.tangent(inside, here)
    for (const value of this.trail.slice(0, -1)) svg("circle", { class: "was", cx: this.x(value), cy: this.y(this.lossAt(value)), r: 4 }, inside)
    this.arrow(inside, here)
    svg("circle", { class: "here", cx: this.x(here), cy: this.y(this.lossAt(here)), r: 7 }, inside)
    this.figure.replaceChildren(drawing)
    this.tell(here)
  }

  axes(drawing, low, high, top) {
    const { box, words, letters } = this
    const words_ = (text, attributes) => (svg("text", attributes, drawing).textContent = text)
    svg("path", { class: "axis", d: `M${box.left} ${box.top}V${box.bottom}H${box.right}` }, drawing)
    for (const value of ticks(low, high, 8)) {
      svg("path", { class: "grid", d: `M${this.x(value)} ${box.bottom}V${box.top}` }, drawing)
      words_(written(value), { x: this.x(value), y: box.bottom + 1.3 * letters, "text-anchor": "middle" })
    }
    for (const loss of ticks(0, top, 4)) words_(written(loss), { x: box.left - 6, y: this.y(loss) + letters * 0.35, "text-anchor": "end" })
    words_(fill(words.axis_value, { label: this.label() }), { x: (box.left + box.right) / 2, y: box.bottom + 2.8 * letters, "text-anchor": "middle" })
    words_(words.axis_loss, { x: box.left + 8, y: box.top + letters, "text-anchor": "start" })
  }

  tangent(inside, here) {
    const [loss, slope] = [this.lossAt(here), this.slope()]
    const along = (value) => `${this.x(value)} ${this.y(loss + slope * (value - here))}`
    svg("path", { class: "tangent", d: `M${along(here - 1.6)}L${along(here + 1.6)}` }, inside)
  }

  /** From the point to where a step leads, as high as it lies. */
  arrow(inside, here) {
    const there = here - this.rate * this.slope()
    const [x, y] = [this.x(here), this.y(this.lossAt(here))]
    const [toX, toY] = [this.x(there), this.y(this.lossAt(there))]
    const length = Math.hypot(toX - x, toY - y)
    if (length < 2) return
    const [acrossX, acrossY] = [(toX - x) / length, (toY - y) / length]
    const head = Math.min(13, length * 0.6)
    const side = (turn) => `${toX - head * acrossX + turn * 0.55 * head * acrossY} ${toY - head * acrossY - turn * 0.55 * head * acrossX}`
    svg("path", { class: "arrow", d: `M${x} ${y}L${toX} ${toY}` }, inside)
    svg("path", { class: "arrow head", d: `M${toX} ${toY}L${side(1)}L${side(-1)}Z` }, inside)
  }

  label() {
    const { name, at } = this.chosen
    return name === "kernel" ? fill(this.words.cell_kernel, { row: Math.floor(at / SIDE) + 1, column: (at % SIDE) + 1 }) : this.words[`cell_${name}`]
  }

  tell(here) {
    const slope = this.slope()
    const there = here - this.rate * slope
    const numbers = {
      label: this.label(), value: brief(here), loss: brief(this.lossAt(here)), slope: brief(slope), by: slope < 0 ? `(${brief(slope)})` : brief(slope),
      rate: written(this.rate, 4), step: brief(-this.rate * slope), after: brief(there), next: brief(this.lossAt(there)),
    }
    this.told.textContent = fill(this.words.curve_told, numbers)
    this.figure.setAttribute("aria-label", fill(this.words.curve_said, numbers))
    this.root.dataset.value = here
  }
}

/** Round numbers between two, about so many. */
function ticks(low, high, count) {
  const raw = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const width = power * ([1, 2, 5, 10].find((one) => one * power >= raw) ?? 10)
  const first = Math.ceil(low / width)
  return Array.from({ length: Math.floor(high / width) - first + 1 }, (_, at) => (first + at) * width)
}

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default mounting(Curve)
