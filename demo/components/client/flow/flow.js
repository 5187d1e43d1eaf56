// A whole network as one picture, from left to right. Pointing, unfolding and the way back happen here, in the browser; the
// server is asked for another picture and for the real numbers of a map that is opened.

class Flow {
  constructor(root) {
    this.root = root.querySelector(".flow")
    this.find = (selector) => this.root.querySelector(selector)
    Object.assign(this, { unfolded: new Set(), trail: [], lit: null, at: [0, 0], form: "", size: 0 })
    this.columns = new Columns(this)
    this.edges = new Edges(this)
    this.pad = new Pad(this)
    this.panels = new Panels(this)
    const net = this.find(".f-net")
    net.addEventListener("pointerover", (event) => this.point(event))
    net.addEventListener("pointerleave", () => this.leave())
    net.addEventListener("pointermove", (event) => this.showField(event))
    net.addEventListener("focusin", (event) => this.point(event))
    net.addEventListener("focusout", () => this.leave())
    net.addEventListener("click", (event) => this.click(event))
    net.addEventListener("keydown", (event) => this.key(event))
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.escape(event))
    new ResizeObserver(([entry]) => {
      const size = Math.floor(entry.contentRect.width)
      if (size === this.size) return
      this.size = size
      if (this.network) this.draw()
    }).observe(this.find(".f-scroll"))
  }

  // --- what is shown -----------------------------------------------------------------------------------------------

  /** New data from the server; `send(name, value)` asks it for something. */
  take(data, send) {
    Object.assign(this, { send, words: data.words })
    if (data.form !== this.form) {
      const other = data.network !== this.network?.network
      this.form = data.form
      this.network = new Network(data)
      this.focus = data.best
      if (other) this.unfolded.clear()
      this.panels.close()
      if (this.size) this.draw()
    }
    this.pad.take(data)
    this.panels.take(data)
    this.name()
  }

  name() {
    const { network, words } = this
    const [first, second] = network.order(network.last, 0)
    const told = (number) => ({ label: network.classes[number], chance: percentOf(network.chances[number]) })
    const values = { picture: network.picture.name, layers: network.stages.length, one: told(first).label, chance: told(first).chance, other: told(second).label, next: told(second).chance }
    this.find(".f-about").textContent = fill(words.about, values)
    this.find(".f-net").setAttribute("aria-label", words.keys)
    if (!this.lit) this.tell(words.start)
  }

  draw() {
    this.columns.lay(this.size)
    this.edges.draw()
    this.edges.marked = []
    this.lit = null
    this.edges.dark()
    this.panels.arrange()
    this.stop(...this.at, false)
  }

  tell(text) {
    const foot = this.find(".f-foot")
    if (foot.textContent !== text) foot.textContent = text
  }

  /** What a map is, in one sentence. */
  sentence(stage, number) {
    const { network, words, focus } = this
    if (stage === network.last) {
      return fill(words.score_said, { label: network.classes[number], chance: percentOf(network.chances[number]), score: plus(network.scores[number], 2) })
    }
    const value = network.share(stage, number, focus)
    const { units } = network.stages[stage]
    const what = Math.abs(value) < 0.05 ? words.adds_nothing : value < 0 ? words.takes : words.adds
    const of = fill(units ? words.unit_of : words.map_of, { number: number + 1, layer: stage + 1 })
    return `${of}: ${fill(what, { value: value < 0 ? Math.abs(value).toFixed(1) : plus(value), label: network.classes[focus] })}.`
  }

  // --- pointing ----------------------------------------------------------------------------------------------------

  point(event) {
    const tile = event.target.closest("[data-stage]")
    if (!tile) return event.type === "pointerover" && !event.target.closest(".f-tile") ? this.leave() : undefined
    const [stage, number] = [+tile.dataset.stage, +tile.dataset.number]
    if (this.lit === `${stage} ${number}`) return
    this.lit = `${stage} ${number}`
    if (!this.panels.top) this.edges.light(stage, number)
    this.tell(this.sentence(stage, number))
  }

  leave() {
    if (!this.lit) return
    this.lit = null
    this.edges.dark()
    this.columns.picture_.field.hidden = true
    this.tell(this.words.start)
  }

  /** The pixels that the number under the pointer depends on, framed on the picture. */
  showField(event) {
    const tile = event.target.closest(".f-tile:not(.unit)")
    const { field } = this.columns.picture_
    field.hidden = !tile
    if (!tile) return
    const stage = +tile.dataset.stage
    const { width, height } = this.network.stages[stage]
    const [row, column] = [(event.offsetY / tile.offsetHeight) * height, (event.offsetX / tile.offsetWidth) * width].map(Math.floor)
    const box = this.network.field(stage, Math.max(0, Math.min(height - 1, row)), Math.max(0, Math.min(width - 1, column)))
    for (const side of ["left", "top", "width", "height"]) field.style[side] = `${100 * box[side]}%`
    this.tell(`${this.sentence(stage, +tile.dataset.number)} ${fill(this.words.field, { size: box.size.join(" \u00d7 ") })}`)
  }

  // --- choosing ----------------------------------------------------------------------------------------------------

  click(event) {
    const more = event.target.closest("[data-unfold]")
    if (more) return this.unfold(+more.dataset.unfold)
    const tile = event.target.closest("[data-stage]")
    if (!tile) return
    const [stage, number] = [+tile.dataset.stage, +tile.dataset.number]
    if (stage === this.network.last) return this.choose(number)
    if (!this.network.stages[stage].units) this.panels.open({ stage, number })
  }

  /** A class comes into focus: the maps that add most to it come first, and its score is taken apart. */
  choose(label) {
    this.focus = label
    this.draw()
    this.panels.open({ label })
  }

  unfold(stage) {
    this.unfolded.has(stage) ? this.unfolded.delete(stage) : this.unfolded.add(stage)
    this.draw()
    const { stops } = this.columns.stages[stage]
    this.stop(stage, stops.length - 1)
  }

  // --- the keyboard ------------------------------------------------------------------------------------------------

  key(event) {
    const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    const [column, row] = this.where(event.target)
    this.stop(column + move[0], row + move[1])
  }

  where(element) {
    const column = this.columns.stages.findIndex(({ stops }) => stops.includes(element))
    return column < 0 ? this.at : [column, this.columns.stages[column].stops.indexOf(element)]
  }

  /** The one stop of the tab key in the network, and where the arrows go on from. */
  stop(column, row, focus = true) {
    const { stages } = this.columns
    const within = (place, count) => Math.max(0, Math.min(count - 1, place))
    const at = within(column, stages.length)
    const { stops } = stages[at]
    this.at = [at, within(row, stops.length)]
    for (const one of this.find(".f-cols").querySelectorAll("[tabindex='0']")) one.tabIndex = -1
    stops[this.at[1]].tabIndex = 0
    if (!focus) return
    stops[this.at[1]].focus()
    stops[this.at[1]].scrollIntoView({ block: "nearest", inline: "nearest" })
  }

  escape(event) {
    if (!this.pad.close() && !this.panels.back()) return
    event.stopPropagation()
    event.preventDefault()
  }
}

const flows = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!flows.has(parentElement)) flows.set(parentElement, new Flow(parentElement))
  flows.get(parentElement).take(data, setTriggerValue)
}
