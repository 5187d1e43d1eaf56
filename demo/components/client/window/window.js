// The view of lessons 1 and 2: a window moves over a picture, and everything that happens in it is seen at once.
// All of it happens here, in the browser. Only an edited kernel goes to the server, which computes the new output.

const SPEEDS = [1, 2, 5, 10, 20, 40, 60]
const MARGIN = 2
const CHANGED = [255, 169, 14]
const SAY_AFTER_MS = 350
const READABLE = { several: 6, many: 11 } // so many numbers a side can be read in a narrow square, in a wide one
const ZOOMS = ["whole", "window", "product"]

class Walk {
  constructor(root) {
    this.root = root.querySelector(".walk")
    const find = (selector) => this.root.querySelector(selector)
    Object.assign(this, { row: 0, column: 0, channel: 0, pick: null, zoom: "whole", playing: false, form: "" })
    this.formula = new Formula(find(".formula"), find(".sum"))
    this.shows = new Performance(this)
    this.input = new Grid(find(".input .grid"), (row, column) => this.pointAtInput(row, column))
    this.output = new Grid(find(".output .grid"), (row, column) => this.go(row, column))
    this.find = find
    for (const grid of [this.input, this.output]) grid.host.addEventListener("keydown", (event) => this.key(event))
    find(".play").addEventListener("click", () => this.playOrPause())
    find(".back").addEventListener("click", () => this.by(-1))
    find(".step").addEventListener("click", () => this.by(1))
    find(".speed input").value = 3
    find(".speed input").addEventListener("input", () => this.nameSpeed())
    const [previous, next] = this.root.querySelectorAll(".channel button")
    previous.addEventListener("click", () => this.toChannel(this.channel - 1))
    next.addEventListener("click", () => this.toChannel(this.channel + 1))
    ZOOMS.forEach((zoom) => {
      const button = find(".zoom").appendChild(make("button", "", { type: "button", "data-zoom": zoom }))
      button.addEventListener("click", () => this.toZoom(zoom))
    })
  }

  // --- what is shown ---------------------------------------------------------------------------------------------

  /** New data from the server: the picture with its border, kernel, totals and outputs, and all texts. */
  take(data, edited) {
    this.data = this.shows.first(data)
    this.edited = edited
    this.theme = themeOf(this.root)
    this.reach = data.dilation * (data.size - 1) + 1
    this.begin(data.start)
    this.limits = { kernel: most(data.kernel ?? [0]), output: most(data.outputs), input: most(data.values) }
    this.row = Math.min(this.row, data.rows - 1)
    this.column = Math.min(this.column, data.columns - 1)
    this.channel = Math.min(this.channel, data.channels - 1)
    this.name()
    this.build()
    this.formula.room(this.longest())
    this.takeGrids()
    this.toZoom(this.zoom)
    this.shows.take(data)
  }

  /** Where the server wants the window to stand, once for each new wish; near, at the numbers, where it wants that. */
  begin(start) {
    const wish = JSON.stringify(start)
    if (!start || wish === this.wish) return
    const { row, column, channel, near } = start
    Object.assign(this, { row, column, channel, wish, pick: null, untouched: true })
    if (near && this.zoom === "whole") this.zoom = "window"
  }

  name() {
    const { words } = this.data
    const text = (selector, value) => (this.find(selector).textContent = value)
    text(".play", this.playing ? words.pause : words.play)
    this.find(".back").setAttribute("aria-label", words.back)
    this.find(".step").setAttribute("aria-label", words.step)
    text(".speed span", words.speed)
    const [input, border] = this.data.signed ? [words.input_map, words.input_map_border] : [words.input, words.input_border]
    text(".input figcaption", fill(this.data.padding ? border : input, this.sides()))
    const { sealed, hidden } = this.data.performance ?? {}
    const shown = this.data.before ? words.output_changed : words.output
    text(".output figcaption", sealed ? words.output_sealed : hidden ? words.output_hidden : fill(shown, this.data))
    for (const button of this.find(".zoom").children) button.textContent = words[`zoom_${button.dataset.zoom}`]
    this.find(".zoom").setAttribute("aria-label", words.zoom)
    this.find(".channel").hidden = this.data.channels <= 3
    const [previous, next] = this.root.querySelectorAll(".channel button")
    previous.setAttribute("aria-label", words.previous)
    next.setAttribute("aria-label", words.next)
    this.input.host.setAttribute("aria-label", words.input_keys)
    this.output.host.setAttribute("aria-label", words.output_keys)
    this.nameSpeed()
  }

  sides() {
    const { height, width, padding } = this.data
    return { rows: height - 2 * padding, columns: width - 2 * padding, padding }
  }

  nameSpeed() {
    this.speed = SPEEDS[this.find(".speed input").value]
    this.find(".speed output").textContent = fill(this.data.words.per_second, { count: this.speed })
  }

  takeGrids() {
    const { data } = this
    const cell = (row, column, channel) => data.values[(channel * data.height + row) * data.width + column]
    const grey = (value) => greyColour(value, data.low, data.high, this.theme)
    const one = (value) => (data.signed ? signedColour(value, this.limits.input, this.theme) : grey(value))
    const composite = data.channels === 3 && !data.signed
    this.cell = cell
    this.inputColour = one
    this.outputColour = (value) =>
      data.kind === "convolution" ? signedColour(value, this.limits.output, this.theme) : one(value)
    this.input.take({
      rows: data.height, columns: data.width, padding: data.padding, frame: this.reach,
      value: composite ? null : (row, column) => cell(row, column, this.channel),
      colour: composite
        ? (row, column) => [0, 1, 2].map((channel) => grey(cell(row, column, channel))[0])
        : (row, column) => one(cell(row, column, this.channel)),
    })
    const output = (row, column) => data.outputs[row * data.columns + column]
    const changed = (row, column) => data.before && output(row, column) !== data.before.outputs[row * data.columns + column]
    this.output.take({
      rows: data.rows, columns: data.columns, padding: 0, frame: 1, value: output,
      colour: (row, column) =>
        changed(row, column) ? mix(this.outputColour(output(row, column)), CHANGED, 0.7) : this.outputColour(output(row, column)),
    })
    this.scale()
  }

  /** What the strongest colours of the output stand for. */
  scale() {
    const [low, high] = this.find(".scale").querySelectorAll("span")
    const signed = this.data.kind === "convolution" || this.data.signed
    const ends = signed ? [-this.limits.output, this.limits.output] : [this.data.low, this.data.high]
    low.textContent = brief(ends[0])
    high.textContent = brief(ends[1])
    const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => css(this.outputColour(ends[0] + share * (ends[1] - ends[0]))))
    this.find(".scale i").style.background = `linear-gradient(90deg, ${stops.join(", ")})`
  }

  /** The squares of numbers and the formula: made anew only when their form has changed, so that a field keeps its focus. */
  build() {
    const { data } = this
    this.channels = data.channels <= 3 ? [...Array(data.channels).keys()] : [this.channel]
    const form = [data.kind, data.size, data.channels, data.dilation, data.editable, this.channels].join()
    this.formula.data = data
    for (const [name, size] of Object.entries(READABLE)) this.root.classList.toggle(name, data.size > size)
    if (form === this.form) return
    this.form = form
    this.pick = null
    this.middle = this.channels.map((channel, place) => this.buildRow(channel, place))
    this.find(".middle").onpointerleave = () => this.zoom !== "product" && this.point(null)
    this.find(".middle").replaceChildren(...this.middle.map(({ row }) => row))
    this.formula.lay(data, this.channels)
    this.taps()
  }

  buildRow(channel, place) {
    const { data } = this
    const row = make("div", data.kind === "convolution" ? "row" : "row two")
    const name = channelName(data, channel)
    const pick = (cell) => this.point(place, cell)
    const square = (title, edited) => {
      const box = row.appendChild(make("div"))
      const label = name ? `${title}, ${name}` : title
      if (place === 0 || name) box.appendChild(make("h4")).textContent = label
      return new Cells(box.appendChild(make("div", "cells")), data.size, label, pick, edited)
    }
    const sign = (text) => (row.appendChild(make("b")).textContent = text)
    const { words } = data
    const made = { row, window: square(words.window) }
    if (data.kind !== "convolution") return made
    sign("\u00d7")
    made.kernel = square(words.kernel, data.editable ? (cell, value) => this.edit(channel, cell, value) : null)
    sign("=")
    made.products = square(words.products)
    const host = made.products.host
    Object.entries({ tabindex: 0, role: "application" }).forEach(([key, value]) => host.setAttribute(key, value))
    host.addEventListener("keydown", (event) => this.pickByKey(event, place))
    host.addEventListener("click", () => this.zoom === "window" && this.toZoom("product"))
    return made
  }

  /** Where the frame's cells lie when they are spread (dilation), and the one that is picked. */
  taps() {
    const { size, dilation } = this.data
    const part = 100 / this.reach
    const square = (name) => {
      const tap = make("i", name)
      Object.assign(tap.style, { width: `${part}%`, height: `${part}%` })
      return tap
    }
    this.lay = (tap, cell) => {
      tap.style.top = `${Math.floor(cell / size) * dilation * part}%`
      tap.style.left = `${(cell % size) * dilation * part}%`
    }
    const spread = dilation > 1 ? Array.from({ length: size * size }, () => square("tap")) : []
    spread.forEach((tap, cell) => this.lay(tap, cell))
    this.picked = square("pick")
    this.input.frame.replaceChildren(...spread, this.picked)
  }

  // --- moving ----------------------------------------------------------------------------------------------------

  pointAtInput(row, column) {
    const { stride, rows, columns } = this.data
    const nearest = (place, last) => Math.max(0, Math.min(last, Math.round((place - (this.reach - 1) / 2) / stride)))
    this.go(nearest(row, rows - 1), nearest(column, columns - 1))
  }

  /** Somebody points at an output cell: playing stops, everything is shown. */
  go(row, column) {
    this.untouched = false
    if (this.playing) this.stop()
    this.shows.end()
    this.shows.uncover(row, column)
    if (row === this.row && column === this.column) return
    Object.assign(this, { row, column })
    this.show()
  }

  by(cells) {
    const { rows, columns } = this.data
    const place = Math.max(0, Math.min(rows * columns - 1, this.row * columns + this.column + cells))
    this.go(Math.floor(place / columns), place % columns)
  }

  key(event) {
    const { rows, columns } = this.data
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -columns], End: [0, columns] }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    const within = (place, count) => Math.max(0, Math.min(count - 1, place))
    this.go(within(this.row + move[0], rows), within(this.column + move[1], columns))
  }

  playOrPause() {
    if (this.shows.going) return this.shows.end()
    this.playing ? this.stop() : this.play()
  }

  play() {
    const { rows, columns } = this.data
    let place = this.untouched ? 0 : this.row * columns + this.column
    if (place >= rows * columns - 1) place = 0
    place = this.pastZeros(place)
    let due = 0
    let before = null
    const frame = (now) => {
      if (!this.playing) return
      due += before === null ? 0 : ((now - before) / 1000) * this.speed
      before = now
      const steps = this.speed >= SPEEDS.at(-1) ? 1 : Math.floor(due)
      due -= Math.min(due, steps)
      place = steps ? this.pastZeros(Math.min(place + steps, rows * columns - 1)) : place
      Object.assign(this, { row: Math.floor(place / columns), column: place % columns })
      this.output.reveal(place + 1)
      this.show()
      if (place >= rows * columns - 1) return this.stop()
      requestAnimationFrame(frame)
    }
    this.playing = true
    this.untouched = false
    Object.assign(this, { row: Math.floor(place / columns), column: place % columns })
    this.find(".play").textContent = this.data.words.pause
    this.output.reveal(place + 1)
    this.show()
    requestAnimationFrame(frame)
  }

  /** Where nothing comes out for a while, nothing is to be seen: the next place where something does. */
  pastZeros(place) {
    const { outputs } = this.data
    while (place < outputs.length - 1 && outputs[place] === 0) place++
    return place
  }

  stop() {
    this.playing = false
    this.find(".play").textContent = this.data.words.play
    this.show()
  }

  toZoom(zoom) {
    this.zoom = zoom
    this.root.classList.toggle("near", zoom !== "whole")
    for (const button of this.find(".zoom").children) button.setAttribute("aria-pressed", button.dataset.zoom === zoom)
    const { height, width, rows, columns } = this.data
    if (zoom === "whole") {
      this.input.look({ top: 0, left: 0, rows: height, columns: width })
      this.output.look({ top: 0, left: 0, rows, columns })
    }
    this.find(".product").hidden = zoom !== "product"
    this.find(".formula").hidden = zoom === "product" // in its place, so that the view stays as high as it is
    if (zoom === "product" && !this.pick) this.pick = { line: 0, cell: Math.floor(this.data.size ** 2 / 2) }
    this.show()
  }

  toChannel(channel) {
    this.channel = (channel + this.data.channels) % this.data.channels
    this.build()
    this.takeGrids()
    this.toZoom(this.zoom)
  }

  // --- one product -----------------------------------------------------------------------------------------------

  /** Somebody points at a product, a weight or a pixel; `null` at none. */
  point(line, cell) {
    this.pick = line === null ? null : { line, cell }
    this.showPick()
  }

  pickByKey(event, line) {
    const { size } = this.data
    if (event.key === "Enter" && this.zoom === "window") this.toZoom("product")
    const moves = { ArrowUp: -size, ArrowDown: size, ArrowLeft: -1, ArrowRight: 1 }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    const from = this.pick?.line === line ? this.pick.cell : 0
    this.point(line, Math.max(0, Math.min(size * size - 1, from + move)))
    this.say()
  }

  edit(channel, cell, value) {
    const kernel = [...this.data.kernel]
    kernel[channel * this.data.size ** 2 + cell] = value
    this.edited(kernel)
  }
}

const most = (values) => values.reduce((limit, value) => Math.max(limit, Math.abs(value ?? 0)), 0)
