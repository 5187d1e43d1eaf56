// One visitor hands in pictures for a collection: drawn on the square, photographed, or from files. What waits is sent one at a
// time, each with the class that was asked for when it was made; the server answers with the picture as it is kept.

const LONGEST = 320  // pixels along a side of a photograph that is sent: more than any data set has
const MOST_FILES = 50
const PATIENCE_MS = 8000

class Collector {
  constructor(root) {
    this.root = root.querySelector(".collector")
    this.find = (selector) => this.root.querySelector(selector)
    Object.assign(this, { waiting: [], sent: 0, answered: 0, label: null, own: "", stream: null })
    this.pad = new DrawingPad({ find: () => this.find(".pad"), listen: this.root, changed: (ended) => ended && this.mark() })
    this.find(".c-give").addEventListener("click", () => this.give())
    this.find(".c-camera").addEventListener("click", () => (this.stream ? this.dark() : this.look()))
    this.find(".c-shoot").addEventListener("click", () => this.shoot())
    for (const input of this.root.querySelectorAll(".c-file input")) input.addEventListener("change", () => this.files(input))
    this.find(".c-camera").hidden = !navigator.mediaDevices?.getUserMedia || matchMedia("(pointer: coarse)").matches
  }

  /** What the server knows now; `send(name, value)` tells it something. */
  take(data, send) {
    const { words } = data
    Object.assign(this, { data, words, send })
    this.root.classList.toggle("drawn", data.drawn)
    for (const [selector, text] of Object.entries({ ".c-give": words.give, ".c-shoot": words.shoot, ".c-photo span": words.photo, ".c-upload span": words.upload })) {
      this.find(selector).textContent = text
    }
    this.find(".c-camera").textContent = this.stream ? words.camera_off : words.camera
    this.settle()
    this.showClasses()
    this.showMine()
    if (data.note) this.say(data.note, data.refused)
    if (data.taken >= this.sent) this.go()
    this.mark()
  }

  say(text, refused = false) {
    const note = this.find(".c-note")
    if (note.textContent !== text) note.textContent = text
    note.classList.toggle("refused", refused)
  }

  // --- the class it is for -------------------------------------------------------------------------------------------

  /** A drawing that was begun stays for the class that was asked for when it was begun. */
  settle() {
    const { data } = this
    const free = data.asked === null
    if (free && (this.label === null || this.label >= data.classes.length)) this.label = 0
    if (!free && (this.label === null || !this.pad.pixels())) this.label = data.asked
    this.find(".c-for").textContent = data.drawn ? this.words.draw_for : this.words.photograph_for
    const name = this.find(".c-class")
    if (name.textContent !== data.classes[this.label].name) name.textContent = data.classes[this.label].name
  }

  showClasses() {
    const { data } = this
    const host = this.find(".c-classes")
    host.setAttribute("aria-label", this.words.classes)
    const form = JSON.stringify([data.asked === null, data.classes.map(({ name }) => name)])
    if (form !== this.form) {
      this.form = form
      host.replaceChildren(...data.classes.map((_, label) => this.chip(label, data.asked === null)))
    }
    const most = Math.max(1, ...data.classes.map(({ count }) => count))
    ;[...host.children].forEach((chip, label) => {
      const { name, count } = data.classes[label]
      chip.querySelector("b").textContent = name
      chip.querySelector("span").textContent = count.toLocaleString("en")
      chip.style.setProperty("--share", `${(100 * count) / most}%`)
      chip.classList.toggle("asked", label === this.label)
      if (chip.tagName === "BUTTON") chip.setAttribute("aria-pressed", label === this.label)
    })
  }

  chip(label, free) {
    const chip = make(free ? "button" : "div", "c-chip", free ? { type: "button" } : {})
    chip.append(make("b"), make("span"))
    if (free) chip.addEventListener("click", () => this.choose(label))
    return chip
  }

  choose(label) {
    this.label = label
    this.settle()
    this.showClasses()
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  mark() {
    if (!this.data) return
    this.find(".c-give").disabled = !this.data.drawn || !this.pad.pixels()
  }

  give() {
    const pixels = this.pad.pixels()
    if (!pixels) return
    const { width, height } = this.pad.canvas
    this.queue({ label: this.label, width, height, channels: 1, way: "drawn", bytes: pixels })
    this.pad.empty()
    this.settle()
    this.showClasses()
    this.mark()
    this.pad.canvas.focus({ preventScroll: true })
  }

  // --- photographing -------------------------------------------------------------------------------------------------

  async look() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null)
    if (!stream) return this.say(this.words.no_camera, true)
    this.stream = stream
    const video = this.find(".c-video")
    video.srcObject = stream
    await video.play()
    this.seeing(true)
  }

  dark() {
    for (const track of this.stream?.getTracks() ?? []) track.stop()
    this.stream = null
    this.seeing(false)
  }

  seeing(on) {
    this.find(".c-video").hidden = this.find(".c-shoot").hidden = !on
    this.root.classList.toggle("seeing", on)
    this.find(".c-camera").textContent = on ? this.words.camera_off : this.words.camera
  }

  shoot() {
    const video = this.find(".c-video")
    const side = Math.min(video.videoWidth, video.videoHeight)
    if (side) this.photograph(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side)
  }

  async files(input) {
    const chosen = [...input.files].slice(0, MOST_FILES)
    input.value = ""
    const refused = []
    for (const file of chosen) {
      const bitmap = await createImageBitmap(file).catch(() => null)
      if (bitmap) this.photograph(bitmap, 0, 0, bitmap.width, bitmap.height)
      else refused.push(file.name)
    }
    if (refused.length) this.say(fill(this.words.no_picture, { names: refused.slice(0, 3).join(", ") }), true)
  }

  photograph(source, left, top, width, height) {
    const scale = Math.min(1, LONGEST / Math.max(width, height))
    const canvas = make("canvas", "", { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) })
    const context = canvas.getContext("2d")
    context.fillStyle = "#fff"
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.imageSmoothingQuality = "high"
    context.drawImage(source, left, top, width, height, 0, 0, canvas.width, canvas.height)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    const bytes = Uint8Array.from({ length: (data.length / 4) * 3 }, (_, at) => data[4 * Math.floor(at / 3) + (at % 3)])
    this.queue({ label: this.label, width: canvas.width, height: canvas.height, channels: 3, way: "photograph", bytes })
  }

  // --- sending -------------------------------------------------------------------------------------------------------

  queue(picture) {
    this.waiting.push(picture)
    if (this.answered >= this.sent) this.go()
  }

  /** The last one is there: the next one goes. */
  go() {
    clearTimeout(this.patience)
    this.answered = this.sent
    const next = this.waiting.shift()
    if (!next) return
    this.sent = Date.now()
    let text = ""
    for (const byte of next.bytes) text += String.fromCharCode(byte)
    this.send("given", { ...next, number: this.sent, bytes: btoa(text) })
    this.patience = setTimeout(() => this.go(), PATIENCE_MS)
  }

  // --- one's own -----------------------------------------------------------------------------------------------------

  showMine() {
    const { mine, total } = this.data
    const head = this.find(".c-head")
    head.textContent = total ? fill(total === 1 ? this.words.one_mine : this.words.mine, { count: total.toLocaleString("en") }) : ""
    const form = JSON.stringify(mine.map(({ id }) => id))
    if (form === this.own) return
    this.own = form
    this.find(".c-mine").replaceChildren(...mine.map((picture) => this.picture(picture)))
  }

  picture({ id, address, name }) {
    const words = fill(this.words.take_back, { name })
    const button = make("button", "c-picture", { type: "button", "aria-label": words, title: words })
    button.appendChild(make("img", "", { src: address, alt: "" }))
    button.addEventListener("click", () => this.send("taken_back", { id, at: Date.now() }))
    return button
  }
}

const collectors = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!collectors.has(parentElement)) collectors.set(parentElement, new Collector(parentElement))
  const collector = collectors.get(parentElement)
  collector.take(data, setTriggerValue)
  return () => setTimeout(() => parentElement.isConnected || collector.dark())  // the camera goes off with the page
}
