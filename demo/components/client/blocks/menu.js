// What opens at a block or between two: the values of a layer, or the kinds that can be added. On top of the page; Escape,
// a click beside it or "Done" close it, and the keyboard goes back to where it came from.

const EDGE_PX = 8

class Menu {
  /** `closed(place)` is called with what was open. */
  constructor(host, closed) {
    Object.assign(this, { host, open: null })
    host.addEventListener("toggle", (event) => {
      if (event.newState !== "closed" || !this.open) return
      const { open } = this
      this.open = null
      closed(open)
    })
    host.addEventListener("keydown", (event) => this.key(event))
    addEventListener("scroll", () => this.place(), { capture: true, passive: true })
    addEventListener("resize", () => this.place())
  }

  /** `what`: { form: "change" | "add", index }; `anchor()`: the element that it belongs to, also after a new drawing. */
  show(what, label, anchor, ...content) {
    this.open = what
    this.anchor = anchor
    this.host.setAttribute("aria-label", label)
    this.host.className = `menu ${what.form}`
    this.host.replaceChildren(...content)
    if (!this.host.matches(":popover-open")) this.host.showPopover()
    this.place()
    this.host.querySelector("input, select, button")?.focus()
  }

  close() {
    if (this.host.matches(":popover-open")) this.host.hidePopover()
  }

  place() {
    const anchor = this.open && this.anchor()
    if (!anchor) return
    const at = anchor.getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = this.host
    const left = Math.max(EDGE_PX, Math.min(at.left, document.documentElement.clientWidth - width - EDGE_PX))
    const below = at.bottom + EDGE_PX
    const top = below + height <= innerHeight ? below : Math.max(EDGE_PX, Math.min(at.top - height - EDGE_PX, innerHeight - height - EDGE_PX))
    Object.assign(this.host.style, { left: `${left}px`, top: `${top}px` })
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || this.open?.form !== "add") return
    event.preventDefault()
    const buttons = [...this.host.querySelectorAll("button")]
    const now = buttons.indexOf(this.host.getRootNode().activeElement)
    buttons[(now + step + buttons.length) % buttons.length].focus()
  }
}

/** The kinds of layers, each with what it does. */
function kindsToAdd(kinds, words, add) {
  return Object.keys(kinds).map((word) => {
    const button = make("button", `kind ${word}`, { type: "button" })
    button.appendChild(make("b")).textContent = words[`kind_${word}`]
    button.appendChild(make("span")).textContent = words[`about_${word}`]
    button.addEventListener("click", () => add(word))
    return button
  })
}

/** The fields of one layer. `changed(step)` is called with each new step; a value that is none goes back to what it was. */
function fieldsOf(step, kind, words, changed) {
  const form = make("div", "fields")
  const boxes = kind.fields.map((field) => {
    const box = labelled(form, words[`field_${step.word}_${field.name}`] ?? words[`field_${field.name}`], "input")
    Object.entries({ type: "number", min: field.low, step: field.step, inputmode: field.whole ? "numeric" : "decimal" }).forEach(([key, value]) => box.setAttribute(key, value))
    box.addEventListener("change", () => {
      const next = changedStep(step, field, typed(box.value))
      if (next) changed((step = next))
      renew()
    })
    return [field, box]
  })
  const renew = () => boxes.forEach(([field, box]) => Object.assign(box, { value: step.values[field.name], max: greatest(step, field) }))
  renew()
  if (kind.activation) {
    const box = labelled(form, words.field_activation, "select")
    words.activations.split(" ").forEach((name) => {
      box.appendChild(make("option", "", { value: name })).textContent = words[name]
    })
    box.value = step.values.activation
    box.addEventListener("change", () => changed((step = { ...step, values: { ...step.values, activation: box.value } })))
  }
  return form
}

function labelled(form, text, tag) {
  const label = form.appendChild(make("label"))
  label.appendChild(make("span")).textContent = text
  return label.appendChild(make(tag))
}
