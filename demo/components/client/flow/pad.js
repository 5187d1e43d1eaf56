// Which picture goes in: ten that come with the app, one's own drawing, answered while it is drawn, or a file.

const LONGEST = 160
const PATIENCE_MS = 4000

class Pad {
  constructor(flow) {
    Object.assign(this, { flow, host: flow.find(".f-pad"), asked: 0, waiting: false, dirty: false, kept: 0 })
    this.drawing = new DrawingPad({ find: () => this.host, listen: this.host, changed: () => this.changed() })
    flow.find(".f-draw").addEventListener("click", () => (this.host.hidden ? this.open() : this.close()))
    flow.find(".f-done").addEventListener("click", () => this.close())
    flow.find(".f-upload input").addEventListener("change", (event) => this.upload(event.target))
    flow.find(".f-thumbs").addEventListener("keydown", (event) => this.step(event))
  }

  /** Names, thumbnails, and the answer to the newest drawing: the next one may be sent. */
  take({ words, thumbs, current, asked, note }) {
    const { flow } = this
    flow.find(".f-draw").textContent = words.draw
    flow.find(".f-upload span").textContent = words.upload
    flow.find(".f-done").textContent = words.done
    flow.find(".f-note").textContent = note
    const host = flow.find(".f-thumbs")
    host.setAttribute("aria-label", words.thumbs)
    const form = JSON.stringify(thumbs)
    if (form !== this.form) {
      this.form = form
      host.replaceChildren(...thumbs.map((thumb, number) => this.thumb(thumb, number)))
    }
    ;[...host.children].forEach((button, number) => {
      button.setAttribute("aria-pressed", number === current)
      button.tabIndex = number === Math.max(0, current) ? 0 : -1
    })
    if (current >= 0) this.kept = current
    if (asked >= this.asked) this.answered()
  }

  thumb(thumb, number) {
    const button = make("button", "f-thumb", { type: "button", "aria-label": thumb.name, title: thumb.name })
    paintPicture(button.appendChild(make("canvas", "", { "aria-hidden": "true" })), thumb)
    button.addEventListener("click", () => {
      this.close()
      this.flow.send("chosen", { number, at: Date.now() })
    })
    return button
  }

  step(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    const next = move && (move < 0 ? event.target.previousElementSibling : event.target.nextElementSibling)
    if (!next) return
    event.preventDefault()
    event.target.tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  open() {
    this.host.hidden = false
    this.flow.find(".f-draw").setAttribute("aria-expanded", true)
  }

  /** True where it was open. */
  close() {
    if (this.host.hidden) return false
    this.host.hidden = true
    this.flow.find(".f-draw").setAttribute("aria-expanded", false)
    return true
  }

  /** Each change asks again; where nothing is left on the square, the picture before it comes back. */
  changed() {
    this.dirty = true
    this.next()
  }

  /** Sends the drawing as it is now, unless one is on its way: then the last stroke is sent when the answer is here. */
  next() {
    if (this.waiting || !this.dirty) return
    Object.assign(this, { waiting: true, dirty: false })
    this.asked += 1
    this.patience = setTimeout(() => this.answered(), PATIENCE_MS)
    const pixels = this.drawing.pixels()
    const { width, height } = this.drawing.canvas
    if (pixels) this.send("drawn", width, height, pixels)
    else this.flow.send("chosen", { number: this.kept, asked: this.asked, at: Date.now() })
  }

  answered() {
    clearTimeout(this.patience)
    this.waiting = false
    this.next()
  }

  send(name, width, height, bytes) {
    let text = ""
    for (const byte of bytes) text += String.fromCharCode(byte)
    this.flow.send(name, { asked: this.asked, width, height, bytes: btoa(text) })
  }

  // --- one's own picture -----------------------------------------------------------------------------------------------

  async upload(input) {
    const [file] = input.files
    input.value = ""
    if (!file) return
    const bitmap = await createImageBitmap(file).catch(() => null)
    if (!bitmap) return (this.flow.find(".f-note").textContent = this.flow.words.no_picture)
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height))
    const canvas = make("canvas", "", { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) })
    const context = canvas.getContext("2d")
    context.fillStyle = "#fff"
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    const size = canvas.width * canvas.height
    this.close()
    this.send("uploaded", canvas.width, canvas.height, Uint8Array.from({ length: 3 * size }, (_, at) => data[4 * Math.floor(at / 3) + (at % 3)]))
  }
}
