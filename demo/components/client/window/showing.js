// What changes from one window to the next: the frames, the numbers, the formula, and the words for who cannot see them.

Object.assign(Walk.prototype, {
  /** Everything about the window at (row, column). */
  show() {
    const { data, row, column } = this
    const [top, left] = [row * data.stride, column * data.stride]
    if (this.zoom !== "whole") {
      this.input.near(top, left, this.reach + 2 * MARGIN)
      this.output.near(row, column, 1 + 2 * MARGIN)
    }
    this.input.move(top, left)
    this.output.move(row, column)
    const place = row * data.columns + column
    this.now = { total: data.totals?.[place] ?? null, output: data.outputs[place] }
    this.parts = this.channels.map((channel) => this.part(channel, top, left))
    this.parts.forEach((part, line) => this.fillRow(this.middle[line], part))
    this.formula.write(this.parts, this.now)
    const where = { row: row + 1, column: column + 1, value: written(this.now.output) }
    this.find(".at").textContent = fill(data.words.at, where)
    this.root.dataset.place = `${row},${column}`
    this.showPick()
    if (!this.playing) this.say()
  },

  /** The window of one channel: its pixels, its weights, the products and their sum. */
  part(channel, top, left) {
    const { size, dilation, kernel, kind } = this.data
    const cells = [...Array(size * size).keys()]
    const window = cells.map((cell) =>
      this.cell(top + Math.floor(cell / size) * dilation, left + (cell % size) * dilation, channel),
    )
    if (kind !== "convolution") return { window }
    const weights = cells.map((cell) => kernel[channel * size * size + cell])
    const products = cells.map((cell) => window[cell] * weights[cell])
    return { window, kernel: weights, products, sum: products.reduce((sum, product) => sum + product, 0) }
  },

  fillRow(row, { window, kernel, products }) {
    row.window.fill(window, this.inputColour)
    if (kernel) {
      row.kernel.fill(kernel, (value) => signedColour(value, this.limits.kernel, this.theme))
      const limit = this.limits.kernel * this.limits.input
      row.products.fill(products, (value) => signedColour(value, limit, this.theme))
    }
  },

  /** How many letters the longest term may get: it keeps its place then. */
  longest() {
    const letters = (values) => values.reduce((most, value) => Math.max(most, written(value).length), 0)
    return letters(this.data.values) + (this.data.kernel ? letters(this.data.kernel) + 3 : 0) + 2
  },

  /** The picked product, in every place where it stands; in a maximum, the cell that wins. */
  showPick() {
    const winner = this.data.kind === "max" ? this.winner() : null
    const pick = this.pick ?? winner
    this.middle.forEach((row, line) => {
      const cell = pick?.line === line ? pick.cell : -1
      row.window.mark(cell)
      row.kernel?.mark(cell)
      row.products?.mark(cell)
      if (winner) row.window.mark(winner.cell, "kept")
    })
    this.formula.mark(pick?.line, pick?.cell)
    this.picked.hidden = !pick
    if (!pick) return
    this.lay(this.picked, pick.cell)
    this.writeProduct(pick)
  },

  winner() {
    const { window } = this.parts[0]
    const best = Math.max(...window.map((value) => value ?? -Infinity))
    return { line: 0, cell: window.findIndex((value) => value === best) }
  },

  writeProduct({ line, cell }) {
    const { window, kernel, products } = this.parts[line]
    const { size, words } = this.data
    const where = fill(words.where, { row: Math.floor(cell / size) + 1, column: (cell % size) + 1 })
    const small = make("small")
    small.textContent = [where, channelName(this.data, this.channels[line])].filter(Boolean).join(", ")
    const text = kernel
      ? `${written(window[cell])} \u00d7 ${bracketed(kernel[cell])} = ${written(products[cell])}`
      : written(window[cell])
    this.find(".product").replaceChildren(small, text)
  },

  /** Tells a screen reader, when the window has come to rest. */
  say() {
    clearTimeout(this.saying)
    this.saying = setTimeout(() => {
      const { data, now, row, column } = this
      const key = data.kind !== "convolution" ? `said_${data.kind}` : data.activation === "none" ? "said" : "said_activation"
      const sum = written((now.total ?? 0) - data.bias)
      const product = this.pick && this.zoom === "product" ? this.find(".product").innerText : ""
      const values = {
        row: row + 1, column: column + 1, sum, bias: written(data.bias), total: written(now.total ?? 0),
        activation: data.activation, output: written(now.output), window: this.parts[0].window.map((v) => written(v)).join(", "),
      }
      this.find(".live").textContent = `${fill(data.words[key], values)} ${product}`.trim()
    }, SAY_AFTER_MS)
  },
})
