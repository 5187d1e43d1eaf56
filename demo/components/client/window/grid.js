// A picture or a feature map: one square a value, drawn on a canvas; numbers on top where there is room for them.
// A frame moves over it. Nothing is measured or laid out while it moves.

const ROOM_FOR_A_NUMBER = 25

class Grid {
  /** `host`: the element that becomes the grid; `moved(row, column)` is called when somebody points at a cell. */
  constructor(host, moved) {
    this.host = host
    this.canvas = host.appendChild(make("canvas", "", { "aria-hidden": "true" }))
    this.numbers = host.appendChild(make("div", "numbers", { "aria-hidden": "true" }))
    this.inside = host.appendChild(make("div", "inside"))
    this.frame = host.appendChild(make("div", "frame"))
    const point = (event) => {
      const box = this.canvas.getBoundingClientRect()
      const row = Math.floor(((event.clientY - box.top) / box.height) * this.view.rows)
      const column = Math.floor(((event.clientX - box.left) / box.width) * this.view.columns)
      if (row < 0 || column < 0 || row >= this.view.rows || column >= this.view.columns) return
      moved(row + this.view.top, column + this.view.left)
    }
    host.addEventListener("pointermove", point)
    host.addEventListener("pointerdown", point)
    this.width = 0
    new ResizeObserver(() => {
      this.width = host.clientWidth // measured here alone: asking while the window moves would lay out the page again
      this.write()
    }).observe(host)
  }

  /** What is shown: `value(row, column)` and `colour(row, column)` of each cell, and how far the frame reaches. */
  take({ rows, columns, value, colour, padding, frame }) {
    Object.assign(this, { rows, columns, value, colour, padding, reach: frame })
    this.shown = rows * columns
    this.only = null
    this.look({ top: 0, left: 0, rows, columns })
  }

  /** Shows this part only. */
  look(view) {
    this.view = view
    this.canvas.width = view.columns
    this.canvas.height = view.rows
    this.host.style.setProperty("--columns", view.columns)
    this.host.style.setProperty("--shape", view.columns / view.rows)
    this.paint()
    this.write()
    this.edge()
  }

  /** A part of so many cells a side that holds the frame, moved as little as possible. */
  near(row, column, span) {
    const rows = Math.min(this.rows, span)
    const columns = Math.min(this.columns, span)
    const now = this.view.rows === rows && this.view.columns === columns ? this.view : null
    const keep = (first, size, whole, place) => {
      const middle = Math.round(place + this.reach / 2 - size / 2)
      const begin = first ?? middle
      const held = Math.min(Math.max(begin, place + this.reach - size), place)
      return Math.max(0, Math.min(held, whole - size))
    }
    const top = keep(now?.top, rows, this.rows, row)
    const left = keep(now?.left, columns, this.columns, column)
    if (!now || top !== now.top || left !== now.left) this.look({ top, left, rows, columns })
  }

  paint() {
    const { top, left, rows, columns } = this.view
    const context = this.canvas.getContext("2d")
    const pixels = context.createImageData(columns, rows)
    for (let place = 0; place < rows * columns; place++) {
      const row = top + Math.floor(place / columns)
      const column = left + (place % columns)
      if (this.covered(row, column)) continue
      const [red, green, blue] = this.colour(row, column)
      pixels.data.set([red, green, blue, 255], place * 4)
    }
    context.putImageData(pixels, 0, 0)
  }

  /** The numbers in the cells, where the cells are large enough. */
  write() {
    if (!this.view) return
    const { top, left, rows, columns } = this.view
    const room = this.width / columns >= ROOM_FOR_A_NUMBER && this.value
    const wanted = room ? rows * columns : 0
    while (this.numbers.childElementCount > wanted) this.numbers.lastChild.remove()
    while (this.numbers.childElementCount < wanted) this.numbers.append(make("span"))
    for (let place = 0; place < wanted; place++) {
      const row = top + Math.floor(place / columns)
      const column = left + (place % columns)
      const hidden = this.covered(row, column)
      const cell = this.numbers.children[place]
      cell.textContent = hidden ? "" : brief(this.value(row, column))
      cell.style.color = hidden ? "" : inkOn(this.colour(row, column))
    }
  }

  /** Whether a cell is not shown yet. */
  covered(row, column) {
    const place = row * this.columns + column
    return this.only ? !this.only.has(place) : place >= this.shown
  }

  /** Shows the first `count` cells only: an output that is being built. `only`: a set of places instead. */
  reveal(count, only = null) {
    if (count === this.shown && !only && !this.only) return
    this.shown = count
    this.only = only
    this.paint()
    this.write()
  }

  /** The line around the picture itself, where a border was added. */
  edge() {
    this.inside.hidden = !this.padding
    const inner = { rows: this.rows - 2 * this.padding, columns: this.columns - 2 * this.padding }
    this.place(this.inside, this.padding, this.padding, inner.rows, inner.columns)
  }

  /** Lays the frame on the window that begins at this cell. */
  move(row, column) {
    this.place(this.frame, row, column, this.reach, this.reach)
  }

  place(element, row, column, rows, columns) {
    const { top, left } = this.view
    element.style.top = `${(100 * (row - top)) / this.view.rows}%`
    element.style.left = `${(100 * (column - left)) / this.view.columns}%`
    element.style.height = `${(100 * rows) / this.view.rows}%`
    element.style.width = `${(100 * columns) / this.view.columns}%`
  }
}
