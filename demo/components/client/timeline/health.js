// How the training is: the gradient of each layer beside its weights, and the units that never answer, each with what is healthy.

const SPARK = { width: 84, height: 22 }
const FAINT = 1e-3
const STRONG = 1
const DEAD = { some: 0.1, many: 0.5 }

/** How large a layer's gradient is beside its weights. */
const ratio = ([, gradient, weights]) => gradient / (weights || 1)

class Health {
  constructor(words) {
    this.words = words
    this.root = make("details", "block health")
    this.summary = this.root.appendChild(make("summary"))
    this.gradients = this.root.appendChild(make("table"))
    this.dead = this.root.appendChild(make("table"))
    this.note = this.root.appendChild(make("p", "note"))
  }

  wait() {
    this.root.hidden = true
  }

  begin(head) {
    this.head = head
  }

  show(records, epoch) {
    const { words } = this
    const now = records.at(epoch)
    this.root.hidden = !records.epochs.some((one) => one.gradients)
    if (this.root.hidden) return
    const shares = now.gradients?.map(ratio) ?? []
    const kinds = shares.map((share) => (share > STRONG ? "strong" : share < FAINT * Math.max(...shares) ? "faint" : "fine"))
    const dead = now.dead ?? []
    const ill = kinds.some((kind) => kind !== "fine") || dead.some(([, share]) => share > DEAD.many)
    this.summary.textContent = !now.gradients ? words.health : ill ? words.health_ill : words.health_fine
    this.note.textContent = words.health_note
    const past = records.epochs.filter((one) => one.gradients && one.epoch <= now.epoch)
    this.fill(this.gradients, words.gradients, shares.map((share, at) => this.gradient(share, kinds[at], now.gradients[at][0], past)))
    this.fill(this.dead, words.dead, dead.map(([layer, share]) => this.deadUnit(share, layer)))
  }

  fill(table, title, rows) {
    table.hidden = !rows.length
    const caption = make("caption")
    caption.textContent = title
    table.replaceChildren(caption, ...rows)
  }

  gradient(share, kind, layer, past) {
    const own = past.map((one) => one.gradients.find(([other]) => other === layer)).filter(Boolean)
    const line = own.map((one) => Math.log10(Math.max(1e-9, ratio(one))))
    const [low, high] = [Math.min(-4, ...line), Math.max(0, ...line)]
    const points = line.map((value, at) => {
      const x = line.length > 1 ? (at / (line.length - 1)) * SPARK.width : SPARK.width
      return `${x.toFixed(1)},${(SPARK.height - 2 - ((value - low) / (high - low)) * (SPARK.height - 4)).toFixed(1)}`
    })
    const svg = draw("svg", { width: SPARK.width, height: SPARK.height, "aria-hidden": "true", class: "spark" })
    svg.append(draw("polyline", { points: points.join(" ") }))
    return this.row(this.head.layers[layer] ?? layer + 1, svg, share < 0.001 ? share.toExponential(0).replace("-", MINUS) : written(share, 3), kind)
  }

  deadUnit(share, layer) {
    const bar = make("span", "bar", { "aria-hidden": "true" })
    bar.appendChild(make("i")).style.width = `${100 * share}%`
    const kind = share > DEAD.many ? "many" : share > DEAD.some ? "some" : "few"
    return this.row(this.head.layers[layer] ?? layer + 1, bar, `${Math.round(100 * share)}%`, kind)
  }

  row(name, picture, value, kind) {
    const row = make("tr", ["fine", "few"].includes(kind) ? "" : "ill")
    const head = row.appendChild(make("th", "", { scope: "row" }))
    head.textContent = name
    row.appendChild(make("td")).append(picture)
    row.appendChild(make("td", "value")).textContent = value
    row.appendChild(make("td", "kind")).textContent = this.words[`is_${kind}`]
    return row
  }
}
