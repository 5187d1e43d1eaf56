// The loss of a real network in a plane of its weights, dark where it is low, and the ways of two optimizers through it.

const LEVELS = [2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]
const VALLEY = [14, 18, 22]
const HEIGHT = [104, 138, 160]
const STEP_MS = 420
const ROOM = 8 // pixels around a label of a contour that no other may take

class Ways {
  constructor(root) {
    this.root = root
    this.playback = new Playback()
  }

  take(data, theme) {
    Object.assign(this, { data, theme, words: data.words })
    this.names = Object.keys(data.ways)
    this.last = data.ways[this.names[0]].points.length - 1
    this.epoch ??= 0
    this.build()
    if (!this.played) {
      this.played = true
      this.play()
    }
  }

  build() {
    const { words } = this
    this.figure = make("div", "plot land", { role: "img" })
    const controls = make("div", "controls")
    this.button = actionButton(words.play, () => this.play(), "do")
    const epochs = Array.from({ length: this.last + 1 }, (_, epoch) => epoch)
    this.slider = valueSlider(words.epoch, epochs, this.epoch, (epoch) => this.show(epoch), String)
    controls.append(this.button, this.slider.box)
    this.rows = make("div", "ways-rows")
    this.root.replaceChildren(this.figure, controls, this.rows)
    followWidth(this.figure, () => this.draw())
    this.draw()
  }

  play() {
    const steps = Array.from({ length: this.last + 1 }, (_, epoch) => () => this.show(epoch))
    if (still()) return this.show(this.last)
    this.playback.play(steps, STEP_MS)
  }

  show(epoch) {
    this.epoch = epoch
    this.slider.show(epoch)
    this.drawWays()
    this.tell()
  }

  // --- the ground --------------------------------------------------------------------------------------------------

  draw() {
    const { x, y } = this.data
    const width = Math.max(280, this.figure.clientWidth)
    const height = Math.round(Math.min(width * 0.62, Math.max(470, innerHeight * 0.52)))
    this.letters = Math.round(parseFloat(getComputedStyle(this.root).fontSize) * 0.7)
    this.across = (value) => (width * (value - x[0])) / (x[x.length - 1] - x[0])
    this.up = (value) => height - (height * (value - y[0])) / (y[y.length - 1] - y[0])
    const canvas = make("canvas", "", { width: x.length, height: y.length, "aria-hidden": "true" })
    canvas.style.height = `${height}px`
    this.ground(canvas.getContext("2d"))
    this.drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", "font-size": this.letters })
    this.contours()
    this.over = svg("g", {}, this.drawing)
    this.figure.style.height = `${height}px`
    this.figure.replaceChildren(canvas, this.drawing)
    this.drawWays()
    this.tell()
  }

  /** How high a loss lies between the lowest and the highest level, 0 to 1: equal steps for equal ratios. */
  level(loss) {
    const [low, high] = [Math.log(LEVELS[LEVELS.length - 1]), Math.log(4)]
    return Math.max(0, Math.min(1, (Math.log(Math.max(loss, 1e-9)) - low) / (high - low)))
  }

  ground(context) {
    const { losses } = this.data
    losses.forEach((row, line) => row.forEach((loss, column) => {
      context.fillStyle = css(mix(VALLEY, HEIGHT, this.level(loss) ** 1.4))
      context.fillRect(column, losses.length - 1 - line, 1, 1)
    }))
  }

  /** A line for each level, by marching squares in the logarithm of the loss. */
  contours() {
    const { x, y, losses } = this.data
    const logs = losses.map((row) => row.map((loss) => Math.log(Math.max(loss, 1e-9))))
    const taken = []
    for (const level of LEVELS) {
      const pieces = segments(logs, Math.log(level), x, y)
      if (!pieces.length) continue
      const at = ([across, up]) => `${this.across(across).toFixed(1)} ${this.up(up).toFixed(1)}`
      svg("path", { class: "contour", d: pieces.map(([from, to]) => `M${at(from)}L${at(to)}`).join("") }, this.drawing)
      this.label(level, pieces, taken)
    }
  }

  /** The level's number on its line, where there is room. */
  label(level, pieces, taken) {
    const [width, height] = [2.6 * this.letters, 1.3 * this.letters]
    const limit = { x: Number(this.drawing.getAttribute("width")), y: Number(this.drawing.getAttribute("height")) }
    const places = pieces.map(([[across, up]]) => [this.across(across), this.up(up)])
    const free = ([left, top]) => left > width && left < limit.x - width && top > height && top < limit.y * 0.3 &&
      taken.every(([x, y]) => Math.abs(x - left) > width + ROOM || Math.abs(y - top) > height + ROOM)
    const place = places.find(free)
    if (!place) return
    taken.push(place)
    svg("text", { class: "level", x: place[0], y: place[1] + 0.35 * this.letters, "text-anchor": "middle" }, this.drawing).textContent = written(level)
  }

  // --- the ways ----------------------------------------------------------------------------------------------------

  drawWays() {
    this.over.replaceChildren()
    for (const name of this.names) {
      const { points } = this.data.ways[name]
      const passed = points.slice(0, this.epoch + 1).map(([across, up]) => [this.across(across), this.up(up)])
      svg("path", { class: `way ${name}`, d: `M${passed.map((point) => point.join(" ")).join("L")}` }, this.over)
      passed.forEach((point, epoch) => this.mark(name, point, epoch === this.epoch ? 6.5 : 2.6))
      const [left, top] = passed[passed.length - 1]
      const title = svg("text", { class: `name ${name}`, x: left + 11, y: top + (name === this.names[0] ? 1.6 : -0.6) * this.letters }, this.over)
      title.textContent = this.epoch ? this.words[`optimizer_${name}`] : ""
    }
    const start = svg("text", { class: "name", x: this.across(0) - 9, y: this.up(0) + 0.4 * this.letters, "text-anchor": "end" }, this.over)
    start.textContent = this.words.start
  }

  /** A dot for one optimizer, a square for the other: told apart without colour. */
  mark(name, [x, y], size) {
    if (name === this.names[0]) svg("circle", { class: `mark ${name}`, cx: x, cy: y, r: size }, this.over)
    else svg("rect", { class: `mark ${name}`, x: x - size * 0.9, y: y - size * 0.9, width: size * 1.8, height: size * 1.8 }, this.over)
  }

  tell() {
    const { words, data, epoch } = this
    const rows = this.names.map((name) => {
      const row = make("p", `way-row ${name}`)
      row.append(make("i"), make("b"), make("span"))
      row.querySelector("b").textContent = words[`optimizer_${name}`]
      row.querySelector("span").textContent = fill(words.way_row, { epoch, loss: lossText(data.ways[name].losses[epoch]) })
      return row
    })
    this.rows.replaceChildren(...rows)
    const numbers = Object.fromEntries(this.names.flatMap((name) => {
      const { losses, points } = data.ways[name]
      const [across, up] = points[epoch].map((part) => written(part, 1))
      return [[`${name}_loss`, lossText(losses[epoch])], [`${name}_across`, across], [`${name}_up`, up]]
    }))
    this.figure.setAttribute("aria-label", fill(words.land_said, { epoch, ...numbers }))
  }
}

/** A loss with as many decimals as it needs to be more than nothing. */
const lossText = (loss) => (loss < 0.01 ? written(loss, 4) : brief(loss))

/** The pieces of a contour: pairs of points, in the units of x and y. */
function segments(values, level, x, y) {
  const found = []
  for (let row = 0; row + 1 < y.length; row++) {
    for (let column = 0; column + 1 < x.length; column++) {
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]]
      const cuts = []
      corners.forEach(([across, up], at) => {
        const [nextAcross, nextUp] = corners[(at + 1) % 4]
        const [one, other] = [values[up][across], values[nextUp][nextAcross]]
        if (one < level === other < level) return
        const share = (level - one) / (other - one)
        cuts.push([x[across] + share * (x[nextAcross] - x[across]), y[up] + share * (y[nextUp] - y[up])])
      })
      for (let at = 0; at + 1 < cuts.length; at += 2) found.push([cuts[at], cuts[at + 1]])
    }
  }
  return found
}

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default mounting(Ways)
