// Every picture of a collection on one wall, a row a class, the newest first. Pictures are marked by a tap, and what is marked
// can be removed together.

class Wall {
  constructor(root) {
    this.root = root.querySelector(".wall")
    this.marked = new Set()
    this.tiles = new Map()
  }

  /** `send(ids)` is called when what is marked is to be removed. */
  take(data, send) {
    const form = JSON.stringify(data)
    this.send = send
    if (form === this.form) return
    const focused = this.root.getRootNode().activeElement?.dataset?.id
    Object.assign(this, { form, data })
    const there = new Set(data.rows.flatMap(({ pictures }) => pictures.map(({ id }) => id)))
    for (const id of this.marked) if (!there.has(id)) this.marked.delete(id)
    for (const id of this.tiles.keys()) if (!there.has(id)) this.tiles.delete(id)
    this.root.replaceChildren(...data.rows.map((row) => this.row(row)), ...(data.may_remove ? [this.bar()] : []))
    if (focused) this.tiles.get(Number(focused))?.focus()
    this.paint()
  }

  row({ name, count, pictures }) {
    const row = make("section", "w-row", { "aria-label": name })
    const head = row.appendChild(make("p", "w-head"))
    head.appendChild(make("b")).textContent = name
    head.appendChild(make("span")).textContent = count.toLocaleString("en")
    const most = Math.max(1, ...this.data.rows.map((other) => other.count))
    const bar = row.appendChild(make("i", "w-bar", { "aria-hidden": "true" }))
    bar.style.width = `${(100 * count) / most}%`
    const tiles = row.appendChild(make("div", "w-tiles"))
    tiles.append(...pictures.map((picture) => this.tile(picture)))
    if (count > pictures.length) tiles.appendChild(make("span", "w-more")).textContent = fill(this.data.words.more, { count: (count - pictures.length).toLocaleString("en") })
    return row
  }

  tile({ id, address, name }) {
    if (!this.tiles.has(id)) {
      const tile = make(this.data.may_remove ? "button" : "span", "w-tile", this.data.may_remove ? { type: "button", "data-id": id, "aria-label": name } : {})
      tile.appendChild(make("img", "", { src: address, alt: this.data.may_remove ? "" : name, loading: "lazy" }))
      if (this.data.may_remove) tile.addEventListener("click", () => this.mark(id))
      this.tiles.set(id, tile)
    }
    return this.tiles.get(id)
  }

  mark(id) {
    this.marked.has(id) ? this.marked.delete(id) : this.marked.add(id)
    this.paint()
  }

  bar() {
    const bar = make("div", "w-do")
    this.button = bar.appendChild(make("button", "w-remove", { type: "button" }))
    this.button.addEventListener("click", () => {
      const ids = [...this.marked]
      this.marked.clear()
      this.paint()
      this.send({ ids, at: Date.now() })
    })
    return bar
  }

  paint() {
    for (const [id, tile] of this.tiles) if (tile.tagName === "BUTTON") tile.setAttribute("aria-pressed", this.marked.has(id))
    if (!this.button) return
    const { words } = this.data
    this.button.disabled = !this.marked.size
    this.button.textContent = !this.marked.size ? words.remove_none : this.marked.size === 1 ? words.remove_one : fill(words.remove, { count: this.marked.size })
  }
}

const walls = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!walls.has(parentElement)) walls.set(parentElement, new Wall(parentElement))
  walls.get(parentElement).take(data, (sent) => setTriggerValue("removed", sent))
}
