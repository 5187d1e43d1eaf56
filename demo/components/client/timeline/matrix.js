// A confusion matrix as a table of doors: each cell opens its pictures, each class what was found of it and what was not.

const MOVES_IN_MATRIX = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
const SLIP = { light: { own: [220, 236, 241], none: [255, 255, 255], most: [163, 74, 0] }, dark: { own: [29, 58, 70], none: [14, 18, 22], most: [240, 163, 94] } }
const percentOf = (share) => (Number.isFinite(share) ? (100 * share).toFixed(1) : "\u2013")

class Matrix {
  /** `open({ cell } or { label })` is called by a cell or a class where there are pictures behind it. */
  constructor(words, open) {
    Object.assign(this, { words, open, numbers: "counts", at: [0, 0] })
    this.root = make("div", "matrix-box")
    this.table = this.root.appendChild(make("table", "matrix"))
    this.table.addEventListener("keydown", (event) => this.step(event))
    this.note = this.root.appendChild(make("p", "note"))
  }

  /** `counts`: (C x C), rows are the truth; `opens`: whether there are pictures behind them. */
  show(counts, classes, opens, what) {
    const key = JSON.stringify([counts, this.numbers, opens, what, themeOf(this.root)])
    if (key === this.drawn) return
    const focused = this.table.contains(this.root.getRootNode().activeElement)
    Object.assign(this, { drawn: key, counts, classes, opens })
    const size = classes.length
    this.rows = classes.map((_, row) => counts.slice(row * size, (row + 1) * size))
    this.totals = this.rows.map((row) => row.reduce((sum, count) => sum + count, 0))
    this.taken = classes.map((_, column) => this.rows.reduce((sum, row) => sum + row[column], 0))
    const caption = make("caption")
    caption.textContent = what
    this.table.replaceChildren(caption, this.head(), this.body(), this.foot())
    this.note.textContent = opens ? this.words.matrix_opens : this.words.matrix_closed
    if (focused) this.focus()
  }

  head() {
    const row = make("tr")
    row.append(this.corner(), ...this.classes.map((name) => heading(name, "col", "name")), heading(this.words.recall, "col", "score"))
    return wrap("thead", row)
  }

  corner() {
    const cell = make("td", "corner")
    cell.textContent = this.words.matrix_corner
    return cell
  }

  body() {
    const theme = themeOf(this.root)
    const value = (row, column) => (this.numbers === "counts" ? this.rows[row][column] : this.rows[row][column] / (this.totals[row] || 1))
    const most = Math.max(1e-9, ...this.rows.flatMap((row, at) => row.map((_, column) => (at === column ? 0 : value(at, column)))))
    const body = make("tbody")
    this.buttons = this.classes.map((name, row) => {
      const line = body.appendChild(make("tr"))
      line.append(this.classDoor(name, row))
      const cells = this.classes.map((other, column) => this.cell(line, row, column, value(row, column), most, theme))
      line.append(score(percentOf(this.rows[row][row] / this.totals[row])))
      return cells
    })
    return body
  }

  cell(line, row, column, value, most, theme) {
    const place = line.appendChild(make("td"))
    const { own, none, most: full } = SLIP[theme]
    const colour = row === column ? own : mix(none, full, value / most)
    const counted = this.rows[row][column]
    const door = place.appendChild(make(this.opens ? "button" : "span", counted ? "cell" : "cell nothing"))
    door.textContent = this.numbers === "counts" ? counted.toLocaleString("en") : percentOf(value)
    door.style.background = css(colour)
    door.style.color = inkOn(colour)
    if (!this.opens) return door
    const key = row === column ? "cell_right" : "cell_wrong"
    const label = fill(this.words[key], { truth: this.classes[row], answer: this.classes[column], count: counted })
    Object.assign(door, { type: "button", title: label, tabIndex: row === this.at[0] && column === this.at[1] ? 0 : -1 })
    door.setAttribute("aria-label", label)
    door.dataset.cell = `${row},${column}`
    door.addEventListener("click", () => this.enter(row, column))
    return door
  }

  enter(row, column) {
    this.at = [row, column]
    this.open({ cell: [row, column] })
  }

  classDoor(name, row) {
    if (!this.opens) return heading(name, "row", "name")
    const head = make("th", "name", { scope: "row" })
    const door = head.appendChild(make("button", "class", { type: "button", title: fill(this.words.class_door, { name }) }))
    door.textContent = name
    door.dataset.label = row
    door.addEventListener("click", () => this.open({ label: row }))
    return head
  }

  foot() {
    const row = make("tr")
    const right = this.rows.reduce((sum, line, at) => sum + line[at], 0)
    const all = this.totals.reduce((sum, count) => sum + count, 0)
    row.append(heading(this.words.precision, "row", "score"), ...this.taken.map((count, at) => score(percentOf(this.rows[at][at] / count))), score(percentOf(right / all), "total"))
    return wrap("tfoot", row)
  }

  /** The arrow keys move inside the table; it is one stop of the tab key. */
  step(event) {
    const move = MOVES_IN_MATRIX[event.key]
    if (!move || !this.opens || !event.target.dataset.cell) return
    event.preventDefault()
    const last = this.classes.length - 1
    const [row, column] = event.target.dataset.cell.split(",").map(Number)
    this.at = [row + move[0], column + move[1]].map((place) => Math.max(0, Math.min(last, place)))
    this.buttons.flat().forEach((button) => (button.tabIndex = -1))
    this.focus()
  }

  focus() {
    const button = this.opens && this.buttons[this.at[0]]?.[this.at[1]]
    if (!button) return
    button.tabIndex = 0
    button.focus()
  }
}

function heading(text, scope, name) {
  const cell = make("th", name, { scope })
  cell.textContent = text
  return cell
}

function score(text, name = "") {
  const cell = make("td", `score ${name}`)
  cell.textContent = text
  return cell
}

function wrap(tag, child) {
  const element = make(tag)
  element.append(child)
  return element
}

/** The pairs of classes that are mixed up most: [truth, answer, count]. */
function mixedUp(counts, size, most) {
  return counts
    .map((count, at) => [Math.floor(at / size), at % size, count])
    .filter(([truth, answer, count]) => truth !== answer && count > 0)
    .sort((one, other) => other[2] - one[2])
    .slice(0, most)
}
