// A printed table whose columns or rows can be marked; what a check finds comes from the server after it was asked for.

class Puzzle {
  constructor(root) {
    this.root = root.querySelector(".puzzle")
    this.marked = new Set()
  }

  /** `send(names)` is called with the marks when somebody checks, and with null to mark again. */
  take(data, send) {
    const theme = themeOf(this.root)
    const form = JSON.stringify([theme, data])
    this.send = send
    if (form === this.form) return
    const focused = this.root.getRootNode().activeElement?.dataset?.name
    Object.assign(this, { form, data })
    if (data.checked) this.marked = new Set(data.checked.marked)
    this.root.className = `puzzle ${theme} by-${data.by} ${data.checked ? "done" : "open"}`
    this.root.replaceChildren(this.table(), this.foot())
    this.paint()
    this.root.querySelector(`button[data-name="${CSS.escape(focused ?? "")}"]`)?.focus()
  }

  table() {
    const { data } = this
    const table = make("table")
    table.appendChild(make("caption")).textContent = data.title
    const noted = data.by === "rows" && data.checked
    const head = table.appendChild(make("thead")).appendChild(make("tr"))
    data.heads.forEach((text, at) => head.appendChild(this.head(text, at && data.by === "columns" ? data.names[at - 1] : null, "col")))
    if (noted) head.appendChild(this.head(data.checked.head, null, "col"))
    const body = table.appendChild(make("tbody"))
    data.rows.forEach((row, line) => {
      const here = body.appendChild(make("tr"))
      row.forEach((text, at) => {
        const name = data.by === "rows" ? data.names[line] : data.names[at - 1]
        here.appendChild(at ? this.cell(text, name, line, at) : this.head(text, data.by === "rows" ? name : null, "row"))
      })
      if (noted) here.appendChild(this.note(make("td", "noted"), data.names[line]))
    })
    if (data.by === "columns") {
      const foot = table.appendChild(make("tfoot")).appendChild(make("tr"))
      foot.append(make("th"), ...data.names.map((name) => this.note(make("td"), name)))
    }
    return table
  }

  head(text, name, scope) {
    const cell = make("th", name ? "" : "plain", { scope })
    if (!name) {
      cell.textContent = text
      return cell
    }
    const button = cell.appendChild(make("button", "", { type: "button", "data-name": name }))
    button.textContent = text
    button.disabled = Boolean(this.data.checked)
    button.addEventListener("click", () => this.mark(name))
    this.point(button, name)
    return cell
  }

  cell(text, name, line, at) {
    const cell = make("td", "", { "data-name": name })
    cell.textContent = text
    cell.classList.toggle("lit", Boolean(this.data.checked?.lit.some(([row, column]) => row === line && column === at)))
    cell.addEventListener("click", () => this.mark(name))
    this.point(cell, name)
    return cell
  }

  /** What a check says of a column or row. */
  note(cell, name) {
    const note = this.data.checked?.notes[name]
    const sign = note || this.data.by === "columns" ? cell.appendChild(make("span", `sign ${note?.kind ?? ""}`)) : null
    if (sign) sign.textContent = note?.text ?? ""
    return cell
  }

  point(element, name) {
    const light = (on) => this.parts(name).forEach((part) => part.classList.toggle("hover", on && !this.data.checked))
    element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && light(true))
    element.addEventListener("pointerleave", () => light(false))
    element.addEventListener("focus", () => light(true))
    element.addEventListener("blur", () => light(false))
  }

  parts(name) {
    return [...this.root.querySelectorAll("[data-name]")].filter((part) => part.dataset.name === name)
  }

  mark(name) {
    if (this.data.checked) return
    this.marked.has(name) ? this.marked.delete(name) : this.marked.add(name)
    this.paint()
  }

  paint() {
    for (const part of this.root.querySelectorAll("[data-name]")) {
      const on = this.marked.has(part.dataset.name)
      if (part.tagName === "BUTTON") part.setAttribute("aria-pressed", on)
      else part.classList.toggle("marked", on)
    }
  }

  foot() {
    const { words, checked } = this.data
    const foot = make("div", "foot")
    const button = foot.appendChild(make("button", checked ? "again" : "check", { type: "button" }))
    button.textContent = checked ? words.again : words.check
    button.addEventListener("click", () => {
      const marks = checked ? null : this.data.names.filter((name) => this.marked.has(name))
      if (checked) this.marked.clear()
      this.send({ marks })
    })
    const said = foot.appendChild(make("p", "said", { role: "status" }))
    said.textContent = checked ? checked.said : words.how
    return foot
  }
}

const puzzles = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!puzzles.has(parentElement)) puzzles.set(parentElement, new Puzzle(parentElement))
  puzzles.get(parentElement).take(data, (sent) => setTriggerValue("checked", sent))
}
