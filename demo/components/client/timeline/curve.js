// Accuracy or loss by epoch as one drawing: names at the ends of the lines, what guessing would give, and the epoch that is shown.

const SVG = "http://www.w3.org/2000/svg"
const HIGH = 250
const MARGIN = { left: 40, right: 92, top: 14, bottom: 26 }
const NAME_ROOM = 17

function draw(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (text) element.textContent = text
  return element
}

class Curve {
  constructor(words, toEpoch) {
    Object.assign(this, { words, measure: "accuracy", toEpoch })
    this.root = make("div", "block curve-block")
    this.switch = this.root.appendChild(make("div", "switch", { role: "group", "aria-label": words.measure }))
    this.buttons = ["accuracy", "loss"].map((measure) => {
      const button = this.switch.appendChild(make("button", "", { type: "button" }))
      button.textContent = words[measure]
      button.addEventListener("click", () => this.toMeasure(measure))
      return button
    })
    this.svg = this.root.appendChild(draw("svg", { role: "img", class: "curve" }))
    this.svg.addEventListener("pointerdown", (event) => this.point(event))
    this.svg.addEventListener("pointermove", (event) => event.buttons && this.point(event))
    this.note = this.root.appendChild(make("p", "note"))
    new ResizeObserver(() => this.last && this.show(...this.last)).observe(this.root)
  }

  begin() {}

  /** The axes alone. */
  wait(records) {
    this.last = null
    const width = this.root.clientWidth
    if (!width) return
    const [across, down] = [width - MARGIN.left - MARGIN.right, HIGH - MARGIN.top - MARGIN.bottom]
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HIGH}`)
    this.svg.setAttribute("height", HIGH)
    this.svg.setAttribute("aria-label", this.words.number_none)
    this.svg.replaceChildren(...this.axes(records.state.epochs, 100, across, (value) => MARGIN.top + down * (1 - value / 100)))
  }

  toMeasure(measure) {
    this.measure = measure
    if (this.last) this.show(...this.last)
  }

  point(event) {
    if (!this.x) return
    const at = event.clientX - this.svg.getBoundingClientRect().left
    this.toEpoch(Math.round(Math.max(0, (at - MARGIN.left) / this.x(1, true))))
  }

  /** The lines: name -> [epoch, value], in percent for accuracy. */
  lines(records) {
    const { epochs, state } = records
    const accuracy = this.measure === "accuracy"
    const of = (key) => epochs.filter((one) => one[key] !== null).map((one) => [one.epoch, accuracy ? 100 * one[key] : one[key]])
    const inside = state.curve ? pointsOf(state.curve).map(([at, loss, share]) => [at, accuracy ? 100 * share : loss]) : []
    const beside = state.beside ? pointsOf(state.beside.points).map(([at, loss, share]) => [at, accuracy ? 100 * share : loss]) : []
    return [
      { kind: "beside", points: beside },
      ...(inside.length > 1 ? [{ kind: "running", points: inside }] : []),
      { kind: "training", points: of(accuracy ? "train_accuracy" : "train_loss") },
      { kind: "validation", points: of(accuracy ? "validation_accuracy" : "validation_loss") },
    ].filter((line) => line.points.length)
  }

  show(records, epoch) {
    this.last = [records, epoch]
    const width = this.root.clientWidth
    if (!width || !records.head) return
    const lines = this.lines(records)
    const accuracy = this.measure === "accuracy"
    const top = accuracy ? 100 : niceTop(Math.max(0.1, ...lines.flatMap((line) => line.points.map(([, value]) => value))))
    const last = Math.max(1, records.state.epochs, records.newest, ...lines.map((line) => Math.ceil(line.points.at(-1)[0])))
    const [across, down] = [width - MARGIN.left - MARGIN.right, HIGH - MARGIN.top - MARGIN.bottom]
    this.x = (value, length) => (length ? 0 : MARGIN.left) + (across * value) / last
    const y = (value) => MARGIN.top + down * (1 - Math.min(value, top) / top)
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HIGH}`)
    this.svg.setAttribute("height", HIGH)
    this.svg.replaceChildren(...this.axes(last, top, across, y), ...this.guess(records, across, y), ...this.now(records, epoch, down))
    for (const line of lines) this.svg.append(...this.line(line, records.at(epoch)?.epoch ?? 0, y))
    this.svg.append(...this.names(lines, y))
    this.buttons.forEach((button, place) => button.setAttribute("aria-pressed", String((place === 0) === accuracy)))
    this.svg.setAttribute("aria-label", this.said(lines))
    this.note.textContent = this.besides(records.state.beside)
  }

  axes(last, top, across, y) {
    const steps = [0, 0.25, 0.5, 0.75, 1].map((share) => share * top)
    const rows = steps.flatMap((step) => [
      draw("line", { class: "grid", x1: MARGIN.left, x2: MARGIN.left + across, y1: y(step), y2: y(step) }),
      draw("text", { class: "axis end", x: MARGIN.left - 8, y: y(step) + 5 }, written(step, 2)),
    ])
    const names = [
      draw("text", { class: "axis", x: MARGIN.left, y: HIGH - 6 }, fill(this.words.axis_epoch, { epoch: 0 })),
      draw("text", { class: "axis end", x: MARGIN.left + across, y: HIGH - 6 }, String(last)),
    ]
    return [...rows, ...names]
  }

  guess(records, across, y) {
    if (this.measure !== "accuracy") return []
    const share = 100 / records.head.classes.length
    const words = fill(this.words.guessing, { share: written(share, 1) })
    return [
      draw("line", { class: "guess", x1: MARGIN.left, x2: MARGIN.left + across, y1: y(share), y2: y(share) }),
      draw("text", { class: "axis end", x: MARGIN.left + across - 4, y: y(share) - 5 }, words),
    ]
  }

  now(records, epoch, down) {
    const at = this.x(records.at(epoch)?.epoch ?? 0)
    return [draw("line", { class: "now", x1: at, x2: at, y1: MARGIN.top, y2: MARGIN.top + down })]
  }

  line({ kind, points }, epoch, y) {
    const path = points.map(([at, value], place) => `${place ? "L" : "M"}${this.x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("")
    const here = ["running", "beside"].includes(kind) ? null : points.find(([at]) => at === epoch)
    const parts = [draw("path", { class: `line ${kind}`, d: path })]
    if (points.length === 1) parts.push(draw("circle", { class: `dot ${kind}`, cx: this.x(points[0][0]), cy: y(points[0][1]), r: 3 }))
    return here ? [...parts, draw("circle", { class: `dot ${kind}`, cx: this.x(here[0]), cy: y(here[1]), r: 5 })] : parts
  }

  names(lines, y) {
    const named = lines.filter((line) => line.kind !== "running")
    const places = named.map((line) => ({ line, at: y(line.points.at(-1)[1]) })).sort((one, other) => one.at - other.at)
    places.forEach((place, number) => number && (place.at = Math.max(place.at, places[number - 1].at + NAME_ROOM)))
    const over = places.length > 1 ? Math.max(0, places.at(-1).at - (HIGH - MARGIN.bottom)) : 0
    places.forEach((place) => (place.at -= over))
    return places.map(({ line, at }) =>
      draw("text", { class: "name", x: this.x(line.points.at(-1)[0]) + 8, y: at + 5 }, this.words[line.kind]),
    )
  }

  /** Which run the dotted line is of, and what differs. */
  besides(beside) {
    if (!beside) return ""
    const { words } = this
    return fill(beside.differs ? words.beside_differs : words.beside_same, beside)
  }

  said(lines) {
    const { words, measure } = this
    const parts = lines.filter((line) => line.kind !== "running").map(({ kind, points }) => {
      const [first, last] = [points[0], points.at(-1)]
      const values = { name: words[kind], first: written(first[1], 2), last: written(last[1], 2), from: first[0], to: last[0] }
      return fill(words.curve_line, values)
    })
    return `${words[measure]}. ${parts.join(" ")}`
  }
}

/** (position, loss, accuracy) as three unsigned 16-bit numbers each, with what they are multiplied by. */
function pointsOf({ packed, scales }) {
  const raw = new Uint16Array(bytesOf(packed).buffer)
  return Array.from({ length: raw.length / 3 }, (_, at) => scales.map((scale, part) => raw[3 * at + part] * scale))
}

/** The next of 1, 2, 2.5, 5, 10 times a power of ten. */
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value)
}
