// The nine pictures with what is answered to each, and the kernels of the first layer: canvases, one pixel a number.

const ACROSS = 8
const NINE = 9

class Nine {
  constructor(words) {
    this.words = words
    this.root = make("div", "block nine-block")
    this.title = this.root.appendChild(make("h3"))
    this.list = this.root.appendChild(make("ul", "nine"))
    this.note = this.root.appendChild(make("p", "note"))
  }

  /** Before anything is known: nine places. */
  wait() {
    this.title.textContent = this.words.nine
    this.items = null
    if (this.list.children.length === NINE) return
    this.list.replaceChildren(...Array.from({ length: NINE }, () => wrap("li", make("canvas", "", { width: 8, height: 8, "aria-hidden": "true" }))))
  }

  /** The pictures, once; `nine`: null where they cannot be shown. */
  begin(head) {
    this.head = head
    this.list.replaceChildren()
    if (!head.nine) return
    const { channels, side, truth, pixels } = head.nine
    const raw = bytesOf(pixels)
    const each = channels * side * side
    this.items = truth.map((_, place) => {
      const item = this.list.appendChild(make("li"))
      const canvas = item.appendChild(make("canvas", "", { role: "img" }))
      painted(canvas, raw.subarray(place * each, (place + 1) * each), channels, side, side)
      return { item, canvas, said: item.appendChild(make("span", "said")) }
    })
  }

  show(records, epoch) {
    const { head, words } = this
    const now = records.at(epoch)
    const answers = now?.answers ? bytesOf(now.answers) : null
    this.title.textContent = words.nine
    this.note.textContent = !head.nine ? head.why : answers ? "" : words.nine_not_kept
    this.items?.forEach(({ item, canvas, said }, place) => {
      const truth = head.nine.truth[place]
      const right = answers && answers[place] === truth
      item.className = answers ? (right ? "right" : "wrong") : ""
      said.textContent = answers ? `${right ? "\u2713" : "\u2717"} ${head.classes[answers[place]]}` : head.classes[truth]
      const sure = answers ? Math.round(bytesOf(now.confidences)[place] / 2.55) : 0
      const values = { truth: head.classes[truth], answer: answers && head.classes[answers[place]], sure }
      const label = fill(answers ? words.nine_said : words.nine_truth, values)
      canvas.setAttribute("aria-label", label)
      item.title = label
    })
  }
}

class Kernels {
  constructor(words) {
    this.words = words
    this.root = make("div", "block kernels-block")
    this.title = this.root.appendChild(make("h3"))
    this.canvas = this.root.appendChild(make("canvas", "kernels", { role: "img" }))
    this.note = this.root.appendChild(make("p", "note"))
  }

  wait() {
    this.title.textContent = this.words.kernels
    Object.assign(this.canvas, { width: 31, height: 15, hidden: false })
    this.canvas.setAttribute("aria-label", this.words.kernels)
  }

  begin(head) {
    this.head = head
  }

  show(records, epoch) {
    const about = this.head.kernels
    const { words } = this
    const now = records.at(epoch)
    const there = about && now?.kernels
    this.title.textContent = words.kernels
    this.canvas.hidden = !there
    this.note.textContent = there ? (about.shown < about.count ? fill(words.kernels_some, about) : "") : this.head.no_kernels
    if (!there) return
    const values = new Int8Array(bytesOf(now.kernels).buffer)
    this.paint(values, about, (now.scale / 127) * (records.limit ? 1 / records.limit : 0))
    const range = written(now.scale, 2)
    this.canvas.setAttribute("aria-label", fill(words.kernels_said, { ...about, epoch: now.epoch, range }))
  }

  /** One scale for every kernel and every epoch: a kernel that grows gets stronger. */
  paint(values, { shown, channels, size }, unit) {
    const rows = Math.ceil(shown / ACROSS)
    const across = Math.min(ACROSS, shown)
    const width = across * (size + 1) - 1
    const height = rows * (size + 1) - 1
    Object.assign(this.canvas, { width, height })
    this.canvas.style.aspectRatio = `${width} / ${height}`
    this.canvas.style.maxWidth = `${Math.min(22, across * 2.7)}rem`
    const context = this.canvas.getContext("2d")
    const image = context.createImageData(width, height)
    const area = size * size
    for (let kernel = 0; kernel < shown; kernel++) {
      const [row, column] = [Math.floor(kernel / ACROSS), kernel % ACROSS]
      for (let cell = 0; cell < area; cell++) {
        const at = kernel * channels * area + cell
        const parts = Array.from({ length: channels }, (_, channel) => values[at + channel * area] * unit)
        const x = column * (size + 1) + (cell % size)
        const y = row * (size + 1) + Math.floor(cell / size)
        image.data.set([...kernelColour(parts), 255], 4 * (y * width + x))
      }
    }
    context.putImageData(image, 0, 0)
  }
}

/** Weights from -1 to 1: of one channel blue above zero and orange below it, of three the colour that each prefers. */
function kernelColour(parts) {
  if (parts.length === 3) return parts.map((part) => Math.round(127.5 + 127.5 * Math.max(-1, Math.min(1, part))))
  return signedColour(parts.reduce((sum, part) => sum + part, 0) / parts.length, 1, "dark")
}
