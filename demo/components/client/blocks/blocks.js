// A network as a row of blocks that is built here: layers are added, moved, changed and taken out. Every edit goes to the
// server as a layer list; it answers with what the layers make of the images, and with what stands in the way.

const NARROW_PX = 720  // below, the numbers stay folded until somebody wants them
const NUMBERS = ["shape", "parameters", "multiplications", "field"]

class Blocks {
  constructor(root) {
    this.root = root.querySelector(".blocks")
    this.find = (selector) => this.root.querySelector(selector)
    Object.assign(this, { number: 0, steps: null, past: [], future: [], at: 0, row: this.find(".row") })
    this.menu = new Menu(this.find(".menu"), (open) => this.closed(open))
    this.drag = new Drag(() => [...this.row.querySelectorAll(".gap")], (from, gap) => this.move(from, gap))
    this.find(".undo").addEventListener("click", () => this.travel(this.past, this.future))
    this.find(".redo").addEventListener("click", () => this.travel(this.future, this.past))
    this.find(".fold").addEventListener("click", () => this.unfold(!this.unfolded))
    this.root.addEventListener("keydown", (event) => this.key(event))
    new ResizeObserver(() => this.markLines()).observe(this.row)
  }

  /** New data from the server. What it says of an older network than the one that stands here is waited past. */
  take(data, send) {
    this.send = send
    if (data.asked < this.number) return
    const form = JSON.stringify(data)
    if (form === this.form) return
    const steps = JSON.stringify(data.steps)
    if (this.steps && JSON.stringify(this.steps) !== steps && this.number === data.asked && !this.waiting) this.remember()
    Object.assign(this, { data, form, number: data.asked, steps: data.steps, waiting: false })
    if (this.shownFirst !== data.open) this.unfold(data.open && this.root.clientWidth > NARROW_PX)
    this.shownFirst = data.open
    this.draw()
  }

  // --- what is done ------------------------------------------------------------------------------------------------

  /** Other steps: drawn at once, their numbers when the server has answered. */
  edit(steps, at, said) {
    this.remember()
    this.become(steps, at, said)
  }

  remember() {
    this.past.push(this.steps)
    this.future = []
  }

  travel(from, to) {
    const steps = from.pop()
    if (!steps) return
    to.push(this.steps)
    this.become(steps, Math.min(this.at, 2 * steps.length), this.data.words.travelled)
  }

  become(steps, at, said) {
    Object.assign(this, { steps, at, waiting: true, number: this.number + 1 })
    this.draw()
    this.find(".said").textContent = said
    this.send({ network: spelledSteps(steps, this.data.kinds), number: this.number })
  }

  add(word, index) {
    const steps = [...this.steps]
    steps.splice(index, 0, newStep(word, this.data.kinds))
    this.menu.open = { form: "done" }
    this.menu.close()
    this.edit(steps, 2 * index + 1, fill(this.data.words.added, { layer: this.data.words[`kind_${word}`], number: index + 1 }))
    this.focus()
  }

  move(from, gap) {
    const to = gap > from ? gap - 1 : gap
    if (gap < 0 || gap > this.steps.length || to === from) return
    this.edit(movedStep(this.steps, from, gap), 2 * to + 1, fill(this.data.words.moved, { number: to + 1 }))
    this.focus()
  }

  remove(index) {
    const { words } = this.data
    if (this.steps.length === 1) return (this.find(".said").textContent = words.last)
    this.menu.open = { form: "done" }
    this.menu.close()
    this.edit(this.steps.filter((_, place) => place !== index), Math.min(2 * index + 1, 2 * this.steps.length - 3), fill(words.removed, { number: index + 1 }))
    this.focus()
  }

  /** A way out that the sentence offers: another network, which the server spelled as steps. */
  repair(way) {
    this.edit(way.steps, Math.min(this.at, 2 * way.steps.length - 1), fill(this.data.words.repaired, { way: way.label }))
    this.focus()
  }

  // --- keys --------------------------------------------------------------------------------------------------------

  key(event) {
    if (event.composedPath().includes(this.find(".menu"))) return
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase()
    if (undo === "z" || undo === "y") {
      event.preventDefault()
      return undo === "y" || event.shiftKey ? this.travel(this.future, this.past) : this.travel(this.past, this.future)
    }
    if (event.key === "Escape") return this.drag.end(false)
    if (!event.composedPath().includes(this.row)) return
    const act = this.actOf(event)
    if (!act) return
    event.preventDefault()
    act()
  }

  actOf({ key, altKey }) {
    const index = this.at % 2 ? (this.at - 1) / 2 : null
    const to = (at) => () => ((this.at = Math.max(0, Math.min(2 * this.steps.length, at))), this.focus())
    if (altKey && index !== null) return { ArrowLeft: () => this.move(index, index - 1), ArrowRight: () => this.move(index, index + 2) }[key]
    const moves = { ArrowRight: to(this.at + 1), ArrowLeft: to(this.at - 1), Home: to(0), End: to(2 * this.steps.length) }
    if (index === null) return moves[key]
    return { ...moves, Delete: () => this.remove(index), Backspace: () => this.remove(index), Insert: () => this.openAdd(index + 1) }[key]
  }

  /** The keyboard's place: 0 is the gap before the first block, 1 that block, 2 the gap behind it. */
  places() {
    return [...this.row.querySelectorAll(".gap, button.block")]
  }

  focus() {
    const places = this.places()
    places.forEach((place, number) => place.setAttribute("tabindex", number === this.at ? 0 : -1))
    places[this.at]?.focus()
  }

  // --- menus -------------------------------------------------------------------------------------------------------

  openChange(index) {
    const { words, kinds } = this.data
    const step = this.steps[index]
    const title = fill(words.change_title, { number: index + 1, layer: words[`kind_${step.word}`] })
    const head = make("p", "head")
    head.textContent = title
    const changed = (next) => this.edit(this.steps.map((old, place) => (place === index ? next : old)), this.at, words.changed)
    const fields = fieldsOf(step, kinds[step.word], words, changed)
    const foot = make("div", "acts")
    const act = (label, does, off) => {
      const button = foot.appendChild(make("button", "", { type: "button" }))
      button.textContent = label
      button.disabled = off
      button.addEventListener("click", does)
    }
    const shift = (by) => {
      this.move(index, by < 0 ? index - 1 : index + 2)
      this.openChange(index + by)
    }
    act(words.to_left, () => shift(-1), index === 0)
    act(words.to_right, () => shift(1), index === this.steps.length - 1)
    act(words.remove, () => this.remove(index), this.steps.length === 1)
    act(words.done, () => this.menu.close(), false)
    this.at = 2 * index + 1
    this.menu.show({ form: "change", index }, title, () => this.places()[this.at], head, ...(fields.children.length ? [fields] : []), this.numbersIn(index), foot)
  }

  /** The numbers of a layer as a list, for the menu. */
  numbersIn(index) {
    const list = make("dl", "list")
    const row = this.waiting ? null : this.data.rows[index]
    NUMBERS.forEach((name) => {
      list.appendChild(make("dt")).textContent = this.data.words[`label_${name}`]
      list.appendChild(make("dd")).textContent = row ? row[name] : "–"
    })
    return list
  }

  openAdd(index) {
    const { words, kinds } = this.data
    if (this.steps.length >= this.data.most) return (this.find(".said").textContent = fill(words.full, { most: this.data.most }))
    this.at = 2 * index
    this.focus()
    this.menu.show({ form: "add", index }, fill(words.add_title, { number: index + 1 }), () => this.places()[this.at],
      ...kindsToAdd(kinds, words, (word) => this.add(word, index)))
  }

  closed(open) {
    if (open.form !== "done") this.focus()
  }

  // --- what stands there -------------------------------------------------------------------------------------------

  unfold(on) {
    this.unfolded = on
    this.root.classList.toggle("plain", !on)
    this.find(".fold").setAttribute("aria-expanded", on)
    this.markLines()
  }

  draw() {
    const { words, input, classes } = this.data
    const inside = this.row.contains(this.root.getRootNode().activeElement)
    this.root.setAttribute("aria-label", words.title)
    this.root.classList.toggle("waiting", this.waiting)
    const cells = this.steps.map((step, index) => this.cell(step, index))
    const first = this.fixed("input", input.title, input.shape, null)
    const last = this.fixed("classes", fill(words.classes, { classes }), "", this.steps.length)
    this.row.replaceChildren(first, ...cells, last)
    this.at = Math.max(0, Math.min(this.at, 2 * this.steps.length))
    this.places().forEach((place, number) => place.setAttribute("tabindex", number === this.at ? 0 : -1))
    if (inside) this.focus()
    this.foot()
    this.markLines()
    if (this.menu.open?.form === "change") {
      this.menu.host.querySelector(".list")?.replaceWith(this.numbersIn(this.menu.open.index))
      this.menu.place()
    }
    const { problem } = this.data
    if (problem && !this.waiting) this.find(".said").textContent = problem.sentence
  }

  labels() {
    const labels = make("div", "labels", { "aria-hidden": "true" })
    NUMBERS.forEach((name) => (labels.appendChild(make("span")).textContent = this.data.words[`label_${name}`]))
    return labels
  }

  /** A block that cannot be changed: the images, or the last layer with one output for each class. */
  fixed(name, title, shape, index) {
    const cell = make("li", `cell ${name}`)
    const line = cell.appendChild(make("div", "line"))
    if (index !== null) line.appendChild(this.gap(index))
    const block = line.appendChild(make("div", "block"))
    block.appendChild(make("b")).textContent = title
    const row = index === null ? { shape } : this.rowOf(index)
    if (index !== null && this.isWrong(index)) return this.wrong(cell, block)
    cell.appendChild(this.numbers(row))
    return cell
  }

  cell(step, index) {
    const { words } = this.data
    const cell = make("li", "cell")
    const line = cell.appendChild(make("div", "line"))
    line.appendChild(this.gap(index))
    const block = line.appendChild(make("button", `block ${step.word}`, { type: "button", "aria-haspopup": "dialog", "aria-describedby": "hint" }))
    const { title, more } = labelOf(step, this.data)
    block.appendChild(make("b")).textContent = title
    block.appendChild(make("span")).textContent = more
    block.addEventListener("click", () => !this.drag.justPulled && this.openChange(index))
    block.addEventListener("focus", () => (this.at = 2 * index + 1))
    this.drag.follow(block, index)
    const row = this.rowOf(index)
    const known = row ? fill(words.spoken, row) : ""
    const wrong = this.isWrong(index)
    block.setAttribute("aria-label", [fill(words.spoken_layer, { number: index + 1, count: this.steps.length }), title, more, known, wrong ? words.spoken_wrong : ""].filter(Boolean).join(", "))
    if (wrong) return this.wrong(cell, block)
    const { problem } = this.data
    cell.classList.toggle("after", Boolean(problem && !this.waiting && index > problem.index))
    cell.appendChild(this.numbers(row))
    return cell
  }

  rowOf(index) {
    return this.data.rows[index] ?? null
  }

  isWrong(index) {
    return !this.waiting && this.data.problem?.index === index
  }

  /** In place of the numbers: why the layer cannot take its input, and the ways out. */
  wrong(cell, block) {
    const { sentence, ways } = this.data.problem
    cell.classList.add("wrong")
    block.appendChild(make("i", "sign", { "aria-hidden": "true" })).textContent = "✗"
    const place = cell.appendChild(make("div", "why"))
    place.appendChild(make("p")).textContent = sentence
    ways.forEach((way) => {
      const button = place.appendChild(make("button", "way", { type: "button" }))
      button.textContent = way.label
      button.addEventListener("click", () => this.repair(way))
    })
    return cell
  }

  gap(index) {
    const gap = make("button", "gap", { type: "button", "aria-haspopup": "dialog", "aria-label": fill(this.data.words.add_title, { number: index + 1 }) })
    gap.appendChild(make("i", "", { "aria-hidden": "true" })).textContent = "+"
    gap.addEventListener("click", () => this.openAdd(index))
    gap.addEventListener("focus", () => (this.at = 2 * index))
    return gap
  }

  numbers(row) {
    const numbers = make("div", "numbers", { "aria-hidden": "true" })
    NUMBERS.forEach((name) => (numbers.appendChild(make("span", name)).textContent = row?.[name] ?? ""))
    return numbers
  }

  foot() {
    const { words, totals } = this.data
    const text = (selector, value) => (this.find(selector).textContent = value)
    text(".undo", words.undo)
    text(".redo", words.redo)
    text(".fold", words.numbers)
    text(".hint", words.hint)
    this.find(".undo").disabled = !this.past.length
    this.find(".redo").disabled = !this.future.length
    const shown = this.find(".totals")
    shown.replaceChildren()
    if (!totals) return
    for (const name of ["parameters", "multiplications"]) bold(shown.appendChild(make("span")), fill(words[`total_${name}`], totals))
  }

  /** The first cell of each line has what the numbers below it mean beside it. */
  markLines() {
    if (!this.data) return
    let top = null
    for (const cell of this.row.querySelectorAll(".cell")) {
      const begins = top === null || cell.offsetTop > top + 4
      top = cell.offsetTop
      cell.querySelector(":scope > .labels")?.remove()
      if (begins && this.unfolded && cell.querySelector(".shape:not(:empty)")) cell.appendChild(this.labels())
    }
  }
}

/** A text in which **this** is bold. */
function bold(element, text) {
  text.split("**").forEach((part, place) => (place % 2 ? element.appendChild(make("b")).append(part) : element.append(part)))
}

const editors = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!editors.has(parentElement)) editors.set(parentElement, new Blocks(parentElement))
  editors.get(parentElement).take(data, (sent) => setTriggerValue("edited", sent))
}
