// The first page: a picture of few pixels, you and three networks. Everything that happens until somebody leaves for
// another page happens here: pictures and answers have come with the page, texts as data.

const NUDGE_AFTER_MS = 2000
const NUDGE_FOR_MS = 1100
const PROTOCOLS = ["totv", "tvtv", "mixed"]
const TIMES = "\u00d7"

class Hero {
  constructor(root) {
    this.root = root.querySelector(".hero")
    this.find = (selector) => this.root.querySelector(selector)
    Object.assign(this, { at: 0, picture: 0, solved: [], smooth: false, touched: false })
    this.slider = this.find("input")
    this.slider.addEventListener("input", () => this.toSize(Number(this.slider.value)))
    this.find(".smooth").addEventListener("click", () => this.show((this.smooth = !this.smooth)))
    this.find(".reveal").addEventListener("click", () => this.end("shown"))
    this.find(".next").addEventListener("click", () => this.toPicture((this.picture + 1) % this.data.labels.length))
    for (const event of ["pointerdown", "keydown"]) this.root.addEventListener(event, () => (this.touched = true), true)
  }

  /** New data from the server, and what to call to leave for another page. */
  take(data, go) {
    this.go = go
    const form = JSON.stringify(data)
    if (form === this.form) return
    Object.assign(this, { data, form })
    this.bytes = Uint8Array.from(atob(data.pixels), (letter) => letter.charCodeAt(0))
    this.name()
    this.build()
    this.toPicture(Math.min(this.picture, data.labels.length - 1))
    this.nudge()
  }

  // --- what stands there -------------------------------------------------------------------------------------------

  name() {
    const { words, sides } = this.data
    const text = (selector, key) => (this.find(selector).textContent = words[key])
    text("h1", "headline")
    text(".reveal", "reveal")
    text(".next", "next")
    text(".smooth span", "smooth")
    text(".smooth .more", "smooth_more")
    bold(this.find(".lead"), words.lead)
    this.find(".least").textContent = this.sized(0)
    this.find(".most").textContent = this.sized(sides.length - 1)
    this.slider.max = sides.length - 1
    this.slider.setAttribute("aria-label", words.slider)
    this.find(".chips").setAttribute("aria-label", words.chips)
  }

  build() {
    const { words, classes, labels } = this.data
    this.chips = classes.map((name, number) => {
      const chip = make("button", "", { type: "button" })
      chip.addEventListener("click", () => this.guess(number))
      return chip
    })
    this.find(".chips").replaceChildren(...this.chips)
    this.rows = PROTOCOLS.map((protocol) => {
      const row = make("li", protocol)
      row.append(make("span", "who"), make("b", "word"), make("i", "bar"), make("span", "share"))
      bold(row.querySelector(".who"), words[`who_${protocol}`])
      row.querySelector(".bar").appendChild(make("i"))
      return row
    })
    this.find(".rows").replaceChildren(...this.rows)
    this.find(".done").replaceChildren(...labels.map(() => make("i")))
    this.find(".ways").replaceChildren(...this.data.ways.map((way, place) => this.link(way, place ? "way" : "way first")))
  }

  /** A link that leaves by the server, so that the visit goes on; with another button it opens as any link does. */
  link({ href, page, label }, name) {
    const link = make("a", name, { href })
    link.textContent = label
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      this.go({ page })
    })
    return link
  }

  // --- what a visitor does -------------------------------------------------------------------------------------------

  toPicture(picture) {
    Object.assign(this, { picture, known: this.solved[picture] ?? null, wrong: new Set(), said: "" })
    if (this.known) return this.toSize(this.known.at)
    this.seen = 0
    this.toSize(0)
  }

  toSize(at) {
    this.at = at
    this.seen = Math.max(this.seen ?? 0, at)
    this.show()
  }

  guess(number) {
    if (this.known) return
    if (number === this.truth()) return this.end("right")
    this.wrong.add(number)
    this.said = fill(this.data.words.wrong, { word: this.data.classes[number] })
    this.show()
  }

  /** The picture is known: guessed ("right") or given up ("shown"). */
  end(how) {
    if (this.known) return
    this.known = { how, at: this.at, seen: this.seen, rival: this.rival(how) }
    this.solved[this.picture] = this.known
    this.show()
  }

  /** One step and back, once, if nobody touches anything: so it is seen that the picture can be changed. */
  nudge() {
    if (this.nudged || matchMedia("(prefers-reduced-motion: reduce)").matches) return
    this.nudged = true
    const unless = (step) => () => !this.touched && this.root.isConnected && step()
    setTimeout(unless(() => (this.toSize(1), setTimeout(unless(() => this.toSize(0)), NUDGE_FOR_MS))), NUDGE_AFTER_MS)
  }

  // --- what is known -------------------------------------------------------------------------------------------------

  truth() {
    return this.data.labels[this.picture]
  }

  answer(protocol, at = this.at) {
    const [label, share] = this.data.answers[protocol][this.picture][at]
    return { label, share, right: label === this.truth() }
  }

  /** The first size from which on the network is right. */
  from(protocol) {
    const { sides } = this.data
    let first = sides.length
    while (first > 0 && this.answer(protocol, first - 1).right) first--
    return first
  }

  /** The sentence about the networks: who is wrong where you were right, or who knew before you. */
  rival(how) {
    const { words, classes } = this.data
    const fooled = PROTOCOLS.filter((protocol) => !this.answer(protocol).right)
    if (how === "right" && fooled.length) {
      const { label, share } = this.answer(fooled[0])
      return fill(words.rival_wrong, { who: words[`name_${fooled[0]}`], word: classes[label], share })
    }
    const [best] = [...PROTOCOLS].sort((one, other) => this.from(one) - this.from(other))
    const earlier = this.from(best) < this.seen || (how === "shown" && this.from(best) <= this.seen)
    return fill(earlier ? words.rival_earlier : words.rival_none, { who: words[`name_${best}`], size: this.sized(this.from(best)) })
  }

  sized(at) {
    const side = this.data.sides[at]
    return side ? `${side} ${TIMES} ${side}` : this.data.words.never
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  show() {
    const { words, classes, sides } = this.data
    const size = this.sized(this.at)
    this.paint()
    this.slider.value = this.at
    this.slider.style.setProperty("--at", `${(100 * this.at) / (sides.length - 1)}%`)
    this.slider.setAttribute("aria-valuetext", fill(words.pixels, { size }))
    this.find("output").textContent = fill(words.pixels, { size })
    this.find(".smooth").setAttribute("aria-pressed", this.smooth)
    this.find("canvas").setAttribute("aria-label", fill(this.known ? words.alt_known : words.alt, { size, word: classes[this.truth()] }))
    this.rows.forEach((row, place) => this.showRow(row, PROTOCOLS[place]))
    this.chips.forEach((chip, number) => this.showChip(chip, number))
    this.find(".reveal").disabled = Boolean(this.known)
    this.tell()
  }

  paint() {
    const { sides } = this.data
    const [full, side] = [sides.at(-1), sides[this.at]]
    const size = 3 * full * full
    const small = resized(this.bytes.subarray(this.picture * size, (this.picture + 1) * size), full, side)
    const whole = this.smooth ? full : side
    paint(this.find("canvas"), resized(small, side, whole), whole)
  }

  showRow(row, protocol) {
    const { words, classes, sides, trained_at } = this.data
    const { label, share, right } = this.answer(protocol)
    const mark = this.known ? (right ? "right" : "wrong") : "open"
    row.dataset.mark = mark
    row.querySelector(".word").textContent = classes[label] + (this.known ? ` ${words[`mark_${mark}`]}` : "")
    row.querySelector(".bar i").style.width = `${share}%`
    row.querySelector(".share").textContent = `${share}%`
    if (protocol !== "tvtv") return
    const nearest = trained_at[this.at]
    row.title = nearest === sides[this.at] ? "" : fill(words.nearest, { size: this.sized(this.at), nearest: `${nearest} ${TIMES} ${nearest}` })
    row.querySelector(".who").dataset.nearest = row.title && `(${nearest} ${TIMES} ${nearest})`
  }

  showChip(chip, number) {
    const { words, classes } = this.data
    const state = this.wrong.has(number) ? "wrong" : this.known && number === this.truth() ? "right" : ""
    chip.dataset.mark = state
    chip.textContent = state ? `${words[`mark_${state}`]} ${classes[number]}` : classes[number]
    chip.setAttribute("aria-disabled", Boolean(this.known) || state === "wrong")
  }

  tell() {
    const { words, classes, labels } = this.data
    const end = this.known
    const first = end && fill(words[end.how], { word: classes[this.truth()] })
    this.find(".verdict").textContent = end ? `${first} ${end.rival}` : this.said || fill(words.open, { number: this.picture + 1, count: labels.length })
    this.find(".knew").hidden = !end
    if (end) this.find(".knew").replaceChildren(...this.knew(end))
    const solved = labels.map((_, place) => this.solved[place]?.how ?? "")
    ;[...this.find(".done").children].forEach((pixel, place) => {
      Object.assign(pixel.dataset, { how: solved[place], here: place === this.picture })
    })
    const count = solved.filter((how) => how === "right").length
    this.find(".done").setAttribute("aria-label", fill(words.score, { number: this.picture + 1, count: labels.length, right: count }))
  }

  /** Who knew from which size on; the smallest is marked. */
  knew(end) {
    const { words, sides } = this.data
    const sizes = [end.how === "right" ? end.seen : sides.length, ...PROTOCOLS.map((protocol) => this.from(protocol))]
    return ["you", ...PROTOCOLS].map((who, place) => {
      const box = make("div", sizes[place] === Math.min(...sizes) ? "best" : "")
      box.append(make("dt"), make("dd"))
      box.firstChild.textContent = words[`short_${who}`]
      box.lastChild.textContent = this.sized(sizes[place])
      return box
    })
  }
}

/** A text in which **words** are bold. */
function bold(element, text) {
  element.replaceChildren(...text.split("**").map((part, place) => {
    const piece = make(place % 2 ? "b" : "span")
    piece.textContent = part
    return piece
  }))
}

const heroes = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!heroes.has(parentElement)) heroes.set(parentElement, new Hero(parentElement))
  heroes.get(parentElement).take(data, (way) => setTriggerValue("way", way))
}
