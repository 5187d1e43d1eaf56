// A square to draw on, wherever one draws: mouse, finger, pencil or keyboard; pen, eraser, thickness, undo, redo, clear.
// A plain 2D canvas, which every browser has, also without a GPU. What is on it is a list of strokes in shares of its side,
// so it can be painted again at any time and at any size.

const PEN_STEP = 0.04, FINE_STEP = 0.01  // shares of the side that an arrow key moves the pen, without and with Shift
const RUBBER = 1.5  // the eraser is so much wider than the pen: of a line that it follows nothing is left at the edges

class DrawingPad {
  /**
   * `find()`: the element of pad.html, null while there is none; it may be replaced by another at any time.
   * `listen`: an element around it, or the document, where its events are heard.
   * `changed(ended)`: called after each change; `ended` is false while a stroke goes on.
   */
  constructor({ find, listen, changed }) {
    Object.assign(this, { find, changed, strokes: [], undone: [], tool: "pen", width: null, pointer: null, example: false, at: [0.5, 0.5], down: false })
    const heard = { pointerdown: "begin", pointermove: "go", pointerup: "end", pointercancel: "end", keydown: "key", click: "click", focusout: "leave" }
    for (const [name, method] of Object.entries(heard)) listen.addEventListener(name, (event) => this[method](event), true)
    // A quick stroke is no throw: without this the browser swallows the next tap, to stop what was thrown.
    listen.addEventListener("touchstart", (event) => event.target === this.canvas && event.preventDefault(), { capture: true, passive: false })
    this.paint()
  }

  get canvas() {
    return this.find()?.querySelector("canvas") ?? null
  }

  get context() {
    return this.canvas?.getContext("2d", { willReadFrequently: true })
  }

  /** Strokes since the last Clear. */
  get shown() {
    return this.strokes.slice(this.strokes.findLastIndex(({ tool }) => tool === "clear") + 1)
  }

  // --- what is on it -------------------------------------------------------------------------------------------------

  /** The pixels of the canvas, one number each, row by row; null where nothing but the ground is there. */
  pixels() {
    const { canvas, context } = this
    if (!canvas || !this.shown.length) return null
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    const grey = Uint8Array.from({ length: data.length / 4 }, (_, place) => data[4 * place])
    return grey.every((value) => value === grey[0]) ? null : grey
  }

  /** The same as the address of a PNG; "" where nothing is there. */
  address() {
    return this.pixels() ? this.canvas.toDataURL("image/png") : ""
  }

  paint() {
    const { canvas, context } = this
    if (!canvas) return
    context.fillStyle = canvas.dataset.ground
    context.fillRect(0, 0, canvas.width, canvas.height)
    for (const stroke of this.shown) this.line(stroke, 0)
    this.mark()
  }

  line({ tool, width, points }, from) {
    const { canvas, context } = this
    const scaled = ([x, y]) => [x * canvas.width, y * canvas.height]
    context.lineCap = context.lineJoin = "round"
    context.lineWidth = (tool === "eraser" ? RUBBER : 1) * width * canvas.width
    context.strokeStyle = tool === "pen" ? canvas.dataset.ink : canvas.dataset.ground
    context.beginPath()
    context.moveTo(...scaled(points[Math.max(0, from - 1)]))
    for (const point of points.slice(from)) context.lineTo(...scaled(point))
    context.stroke()
  }

  /** Buttons as they are now: what is chosen, what can be undone; and the pen of the keyboard. */
  mark() {
    const host = this.find()
    host.querySelector(".pad-example")?.toggleAttribute("hidden", !this.example)
    for (const button of host.querySelectorAll("[data-do]")) {
      const { do: name, width } = button.dataset
      if (name === "undo") button.disabled = !this.strokes.length
      if (name === "redo") button.disabled = !this.undone.length
      if (name === "clear") button.disabled = !this.shown.length
      if (name === "pen" || name === "eraser") button.setAttribute("aria-pressed", name === this.tool)
      if (name === "width") button.setAttribute("aria-pressed", Number(width) === this.thickness())
    }
    const pen = host.querySelector(".pad-pen")
    pen.style.left = `${100 * this.at[0]}%`
    pen.style.top = `${100 * this.at[1]}%`
    pen.classList.toggle("down", this.down)
  }

  thickness() {
    return this.width ?? Number(this.canvas.dataset.width)
  }

  /** A drawing to begin with, its strokes in shares of the square; the first stroke takes its place. */
  show(drawn) {
    if (!this.canvas || this.strokes.length) return
    this.strokes = drawn.map((points) => ({ tool: "pen", width: this.thickness(), points }))
    this.example = true
    this.paint()
  }

  /** Takes away the drawing that it began with. */
  forget() {
    if (this.example) this.strokes = []
    this.example = false
    this.paint()
  }

  /** Nothing is on it, and there is nothing to undo. */
  empty() {
    Object.assign(this, { strokes: [], undone: [], example: false, pointer: null, down: false })
    this.paint()
  }

  // --- tools ---------------------------------------------------------------------------------------------------------

  click(event) {
    const button = event.target.closest?.("[data-do]")
    if (button && this.find()?.contains(button)) this.act(button.dataset.do, button.dataset.width)
  }

  act(name, width) {
    if (this.pointer !== null) this.end({ pointerId: this.pointer }) // another finger taps a tool: the stroke has ended
    this.lift()
    if (name === "undo" || name === "clear") this.forget()
    if (name === "pen" || name === "eraser") this.tool = name
    if (name === "width") this.width = Number(width)
    const changes = { undo: () => this.undo(), redo: () => this.redo(), clear: () => this.clear() }
    changes[name]?.()
    this.paint()
    if (changes[name]) this.changed(true)
  }

  undo() {
    if (this.strokes.length) this.undone.push(this.strokes.pop())
  }

  redo() {
    if (this.undone.length) this.strokes.push(this.undone.pop())
  }

  clear() {
    if (!this.shown.length) return
    this.strokes.push({ tool: "clear" })
    this.undone = []
  }

  // --- mouse, finger, pencil -----------------------------------------------------------------------------------------

  place(event) {
    const box = this.canvas.getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
  }

  start(tool, point) {
    this.forget()
    this.strokes.push({ tool, width: this.thickness(), points: [point] })
    this.undone = []
    this.line(this.strokes.at(-1), 0)
  }

  extend(points) {
    const stroke = this.strokes.at(-1), from = stroke.points.length
    stroke.points.push(...points)
    this.line(stroke, from)
    this.changed(false)
  }

  begin(event) {
    const other = event.pointerType === "pen" && event.button === 5  // the other end of the pencil
    if (!this.canvas || event.target !== this.canvas || this.pointer !== null || (event.button && !other)) return
    event.preventDefault()
    this.lift()
    this.canvas.focus({ preventScroll: true })
    this.pointer = event.pointerId
    event.target.setPointerCapture(event.pointerId)
    this.start(other ? "eraser" : this.tool, this.place(event))
    this.changed(false)
  }

  go(event) {
    if (event.pointerId !== this.pointer) return
    const passed = event.getCoalescedEvents?.() ?? []
    this.extend((passed.length ? passed : [event]).map((one) => this.place(one)))
  }

  end(event) {
    if (event.pointerId !== this.pointer) return
    this.pointer = null
    this.paint()
    this.changed(true)
  }

  // --- keyboard ------------------------------------------------------------------------------------------------------

  key(event) {
    const { canvas } = this
    if (!canvas?.offsetParent || this.pointer !== null || event.altKey) return
    if (event.ctrlKey || event.metaKey) return this.shortcut(event)
    if (event.target !== canvas) return
    const step = event.shiftKey ? FINE_STEP : PEN_STEP
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key]
    const tap = event.key === " " || event.key === "Enter"
    if (!move && !tap) return
    event.preventDefault()
    event.stopPropagation()
    if (move) this.move(move)
    else if (this.down) this.lift()
    else this.put()
    this.mark()
  }

  /** Undo and redo by their usual keys, unless somebody types. */
  shortcut(event) {
    const name = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[event.key.toLowerCase()]
    if (!name || event.target.closest?.("input, textarea, select, [contenteditable]")) return
    event.preventDefault()
    this.act(name)
  }

  move([right, below]) {
    const within = (value) => Math.min(1, Math.max(0, value))
    this.at = [within(this.at[0] + right), within(this.at[1] + below)]
    if (this.down) this.extend([this.at])
  }

  put() {
    this.down = true
    this.start(this.tool, this.at)
    this.changed(false)
  }

  /** The pen of the keyboard leaves the square: its stroke has ended. */
  lift() {
    if (!this.down) return
    this.down = false
    this.paint()
    this.changed(true)
  }

  leave(event) {
    if (event.target === this.canvas) this.lift()
  }
}
