// What opens between two columns: the window of a map with its real numbers, or a score and how it becomes a probability.
// The way that led there stands above; Escape and a click on it go back.

/** The window, which tells where it has come to stand. */
class FlowWalk extends Walk {
  show() {
    super.show()
    this.moved?.()
  }
}

class Panels {
  constructor(flow) {
    Object.assign(this, { flow, trail: [], given: "" })
    this.window = flow.find(".f-window")
    this.softmax = new SoftmaxPanel(flow)
    this.walk = new FlowWalk(flow.root)
    this.walk.moved = () => this.crumbs()
  }

  get top() {
    return this.trail.at(-1) ?? null
  }

  /** One step further: { label } a score, { stage, number } a map. */
  open(step) {
    if (this.top && "label" in this.top && "label" in step) this.trail.pop()
    this.trail.push(step)
    this.show()
    const first = this.flow.find("label" in step ? ".f-softmax input" : ".f-crumbs button:last-of-type")
    first?.focus({ preventScroll: true })
  }

  /** One step back; false where there is none. */
  back() {
    if (!this.top) return false
    if (!this.window.hidden && this.walk.zoom === "product" && this.walk.data) {
      this.walk.toZoom("window")
      return true
    }
    const left = this.trail.pop()
    this.show()
    const { flow } = this
    const tile = "label" in left ? flow.columns.element(flow.network.last, left.label) : flow.columns.element(left.stage, left.number)
    const next = this.top ? flow.find(".f-crumbs button:last-of-type") : tile // what had the focus may be gone
    next?.focus({ preventScroll: true })
    return true
  }

  /** Back to this many steps. */
  to(count) {
    this.trail.length = count
    this.show()
  }

  close() {
    this.trail.length = 0
    this.given = ""
    this.show()
  }

  show() {
    const { flow, top } = this
    const map = top && "stage" in top
    if (top) flow.find(".f-scroll").scrollLeft = 0
    if (top) flow.edges.dark()
    flow.root.classList.toggle("opened", Boolean(top))
    this.window.hidden = !map
    this.softmax.host.hidden = !top || map
    if (top && !map) this.softmax.show(top.label)
    if (map) this.ask(top)
    this.arrange()
    this.crumbs()
  }

  /** The columns make room; the panel lies between them. */
  arrange() {
    const { flow, top } = this
    const { columns } = flow
    if (!columns.stages) return
    for (const one of flow.root.querySelectorAll(".f-tile.chosen")) one.classList.remove("chosen")
    if (!top) return columns.place()
    const { network } = flow
    const stage = top.stage ?? network.last
    const maps = network.stages.findLastIndex(({ kind }) => kind === "convolution")
    const room = columns.place(stage, top.stage === undefined && maps >= 0 ? maps + 1 : stage)
    if (top.stage !== undefined) columns.element(stage, top.number)?.classList.add("chosen")
    const [left, right] = columns.width < NARROW ? [0, 0] : room
    const panel = top.stage === undefined ? this.softmax.host : this.window
    Object.assign(panel.style, { marginLeft: `${left}px`, marginRight: `${right}px` })
  }

  // --- the window of a map ------------------------------------------------------------------------------------------

  ask({ stage, number }) {
    const { words, network, send } = this.flow
    const wanted = `${network.form} ${stage} ${number}`
    const there = this.given === wanted
    this.window.classList.toggle("waiting", !there)
    this.flow.find(".f-wait").textContent = there ? "" : words.wait
    if (there) return this.walk.show()
    delete this.walk.root.dataset.place // its numbers are those of the map before, until take()
    send("opened", { stage, number })
  }

  /** The numbers of the map that was asked for, once they are here. */
  take({ form, window: given }) {
    const { top } = this
    if (!given || !top || given.stage !== top.stage || given.number !== top.number) return
    const key = `${form} ${given.stage} ${given.number}`
    if (this.given === key) return
    this.given = key
    this.walk.zoom = "window"
    this.window.classList.remove("waiting")
    this.flow.find(".f-wait").textContent = ""
    this.walk.take(given.view, () => {})
    this.crumbs()
  }

  // --- the way ------------------------------------------------------------------------------------------------------

  crumbs() {
    const { flow, trail } = this
    const nav = flow.find(".f-crumbs")
    nav.hidden = !trail.length
    if (!trail.length) return nav.replaceChildren()
    const { words, network, focus } = flow
    const part = (text, to) => {
      const button = make("button", "", { type: "button" })
      button.textContent = text
      button.addEventListener("click", () => this.to(to))
      return button
    }
    const parts = [part(words.whole, 0)]
    trail.forEach((step, at) => {
      if ("label" in step) return parts.push(part(network.classes[step.label], at + 1))
      if (!at) parts.push(part(network.classes[focus], 0))
      parts.push(part(fill(words.crumb_layer, { layer: step.stage + 1 }), at), part(fill(words.crumb_map, { number: step.number + 1 }), at + 1))
    })
    if (!this.window.hidden && this.given && this.walk.data) {
      const place = make("span", "f-place")
      place.textContent = fill(words.crumb_place, { row: this.walk.row + 1, column: this.walk.column + 1 })
      parts.push(place)
    }
    const old = [...nav.querySelectorAll("button, span")].map((one) => one.textContent).join()
    if (old === parts.map((one) => one.textContent).join()) return
    const focused = nav.contains(nav.getRootNode().activeElement)
    nav.setAttribute("aria-label", words.way)
    nav.replaceChildren(...parts)
    if (focused) [...nav.querySelectorAll("button")].at(-1).focus({ preventScroll: true })
  }
}
