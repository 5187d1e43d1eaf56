// A small square of numbers: the window, the kernel, the products of one channel. Each cell is text, or a field.

class Cells {
  /** `picked(place)` is called when somebody points at a cell; `edited(place, value)`, where given, makes fields. */
  constructor(host, size, label, picked, edited = null) {
    this.host = host
    host.style.setProperty("--k", size)
    host.replaceChildren()
    this.cells = Array.from({ length: size * size }, (_, place) => {
      const cell = host.appendChild(edited ? make("input") : make("span"))
      cell.addEventListener("pointerenter", () => picked(place))
      cell.addEventListener("pointerdown", () => picked(place))
      if (edited) this.field(cell, place, size, label, picked, edited)
      return cell
    })
    if (edited) host.setAttribute("role", "group")
    host.setAttribute("aria-label", label)
  }

  field(cell, place, size, label, picked, edited) {
    const [row, column] = [Math.floor(place / size) + 1, (place % size) + 1]
    Object.assign(cell, { type: "text", inputMode: "decimal", autocomplete: "off", size: 1 })
    cell.setAttribute("aria-label", `${label} ${row}, ${column}`)
    cell.addEventListener("focus", () => {
      picked(place)
      cell.value = written(this.values[place], 6)
      cell.select()
    })
    cell.addEventListener("change", () => {
      const value = typed(cell.value)
      cell.toggleAttribute("aria-invalid", value === null)
      if (value !== null) edited(place, value)
    })
    cell.addEventListener("blur", () => {
      cell.removeAttribute("aria-invalid")
      cell.value = brief(this.values[place])
    })
    cell.addEventListener("keydown", (event) => {
      if (event.key === "Enter") cell.blur()
    })
  }

  /** New values, with their colours. What stays as it is is not touched. */
  fill(values, colour) {
    this.values = values
    values.forEach((value, place) => {
      const cell = this.cells[place]
      const ground = colour(value)
      const look = `${value} ${ground}`
      if (cell.look === look) return
      cell.look = look
      if (cell.tagName !== "INPUT") cell.textContent = brief(value)
      else if (cell.getRootNode().activeElement !== cell) cell.value = brief(value)
      cell.style.background = css(ground)
      cell.style.color = inkOn(ground)
    })
  }

  /** Marks one cell; -1 none. */
  mark(place, name = "picked") {
    this.cells.forEach((cell, here) => cell.classList.toggle(name, here === place))
  }
}
