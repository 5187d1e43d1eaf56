// A run, or two in step: what the chosen epoch looked like. The page tells how far the run is, records.js fetches what is new,
// and one scrubber moves pictures, kernels, curve and matrix together without asking anybody.

const CLOSED_MS = 350  // until a sheet that is closed has gone
const REPLAY_MS = { all: 7000, least: 60, most: 700 }

/** One run: its parts and what is said of the epoch that is shown. */
class View {
  constructor(timeline) {
    const { words } = timeline
    this.timeline = timeline
    this.records = new Records(() => timeline.arrived())
    const open = (door) => timeline.enter(door)
    this.root = make("div", "view")
    this.name = make("p", "run-name")
    this.number = make("p", "number")
    this.nine = new Nine(words)
    this.kernels = new Kernels(words)
    this.curve = new Curve(words, (epoch) => timeline.toEpoch(epoch))
    this.health = new Health(words)
    this.confusion = new Confusion(words, open)
    this.ways = make("div", "ways")
    this.parts = [this.nine, this.kernels, this.curve, this.health, this.confusion]
    const [left, middle, right] = ["left", "middle", "right"].map((side) => make("div", `side ${side}`))
    left.append(this.nine.root)
    this.place = make("div", "time-place")
    middle.append(this.name, this.number, this.curve.root, this.place, this.ways)
    right.append(this.kernels.root, this.confusion.pairs, this.health.root)
    this.root.append(left, middle, right, this.confusion.whole)
  }

  show(epoch) {
    const { records } = this
    const begun = Boolean(records.head && records.epochs.length)
    this.root.classList.toggle("waiting", !begun)
    if (!begun) return this.wait(records.head)
    if (this.begun !== records.head) {
      this.begun = records.head
      this.parts.forEach((part) => part.begin(records.head))
    }
    this.say(epoch)
    this.parts.forEach((part) => part.show(records, epoch))
    this.showWays(epoch)
  }

  /** Before the first epoch: what will stand here. */
  wait(head) {
    const { words } = this.timeline
    this.begun = null
    this.number.replaceChildren(make("b"), make("span"))
    this.number.firstChild.textContent = "\u2013"
    this.number.lastChild.textContent = words.number_none
    this.parts.forEach((part) => part.wait(this.records))
    this.ways.replaceChildren()
    this.waysDrawn = ""
  }

  say(epoch) {
    const { words } = this.timeline
    const now = this.records.at(epoch)
    const held = now && now.validation_accuracy !== null
    const share = now && (held ? now.validation_accuracy : now.train_accuracy)
    const big = make("b")
    big.textContent = now ? `${(100 * share).toFixed(1)}%` : "\u2013"
    const what = make("span")
    what.textContent = now ? fill(held ? words.number_validation : words.number_training, { epoch: now.epoch }) : words.number_none
    this.number.replaceChildren(big, what)
    const { name } = this.records.state
    this.name.replaceChildren(make("b"))
    this.name.firstChild.textContent = name
    this.name.hidden = !name
  }

  /** Links to the network of this epoch, where its weights are kept. */
  showWays(epoch) {
    const { words } = this.timeline
    const { state, kept, newest } = this.records
    const at = this.records.at(epoch)?.epoch ?? 0
    const whole = state.tested === at
    const network = whole ? state.run : kept.includes(at) ? `${state.run}@${at}` : ""
    const key = JSON.stringify([network, at, state.tested, newest, state.ways])
    if (key === this.waysDrawn) return
    this.waysDrawn = key
    const links = ["inside", "classify"].map((way) => this.way(way, network, at))
    const note = make("p", "note")
    note.textContent = network ? "" : kept.length ? fill(words.ways_kept, { epochs: listed(kept) }) : words.ways_none
    this.ways.replaceChildren(...links, note)
  }

  way(way, network, epoch) {
    const { words } = this.timeline
    const link = make("a", "way")
    link.textContent = fill(words[way], { epoch })
    if (network) link.href = this.records.state.ways[way].replace("NETWORK", encodeURIComponent(network))
    else link.setAttribute("aria-disabled", "true")
    if (network && way === "inside")
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        this.timeline.send("way", { network })
      })
    return link
  }
}

class Timeline {
  constructor(root) {
    this.root = root.querySelector(".timeline")
    this.find = (selector) => this.root.querySelector(selector)
    Object.assign(this, { views: [], epoch: null, playing: 0 })
    const ofDoor = () => (asked("cell") ?? asked("class") ? (asked("epoch") ?? "") : "") // it stands for the pictures that are open
    linked("epoch", this.root, () => (this.epoch === null ? ofDoor() : String(this.epoch)))
    this.slider = this.find("input")
    this.slider.addEventListener("input", () => this.toEpoch(Number(this.slider.value)))
    this.find(".replay").addEventListener("click", () => (this.playing ? this.stop() : this.replay()))
    this.find(".newest").addEventListener("click", () => this.toEpoch(null))
    window.addEventListener("lab-runs", ({ detail }) => this.root.isConnected && detail === this.data?.key && this.follow())
    new MutationObserver(() => this.show()).observe(document.querySelector(".stApp"), { attributes: true, attributeFilter: ["style", "class"] })
  }

  take(data, send) {
    const first = !this.words
    Object.assign(this, { words: data.words, send, data })
    if (first) {
      this.find(".epoch-word").textContent = data.words.epoch
      this.find(".newest").textContent = data.words.newest
    }
    if (data.epoch !== this.asked && data.epoch !== null) this.epoch = data.epoch
    this.asked = data.epoch
    this.follow()
    if (!data.door && this.opened) setTimeout(() => this.comeBack(), CLOSED_MS)
    this.opened = data.door
  }

  /** How far the runs are, as state.js has told last. */
  follow() {
    const runs = window.labRuns?.[this.data.key]
    if (!runs) return
    this.root.classList.toggle("two", runs.length > 1)
    while (this.views.length < runs.length) this.find(".views").append(this.views[this.views.push(new View(this)) - 1].root)
    while (this.views.length > runs.length) this.views.pop().root.remove()
    const place = runs.length > 1 ? this.root : this.views[0].place
    if (this.find(".time").parentElement !== place) place.prepend(this.find(".time"))
    runs.forEach((state, at) => this.views[at].records.take(state))
    this.show()
  }

  /** The sheet is the page's; when it is closed, the keyboard goes on from the door. */
  enter(door) {
    this.opener = this.root.getRootNode().activeElement
    this.send("door", door)
  }

  comeBack() {
    if (!this.opener || document.querySelector("[role=dialog]")) return
    if (document.activeElement === document.body) this.opener.focus()
    this.opener = null
  }

  /** The last epoch that any of the runs has. */
  get last() {
    return Math.max(0, ...this.views.map((view) => view.records.newest))
  }

  /** Whether everything that there is has come: an epoch that the address asks for may come last. */
  get complete() {
    return this.views.every((view) => view.records.head && !view.records.lacks())
  }

  arrived() {
    if (!this.waiting) this.waiting = requestAnimationFrame(() => ((this.waiting = 0), this.show()))
  }

  /** null: the newest, and along with it as the run goes on. */
  toEpoch(epoch, byHand = true) {
    if (byHand) this.stop()
    this.epoch = epoch === null || epoch >= this.last ? null : Math.max(0, epoch)
    this.show()
  }

  show() {
    if (!this.words) return
    if (this.epoch !== null && this.epoch >= this.last && this.complete) this.epoch = null
    const at = this.epoch ?? this.last
    const { words } = this
    this.slider.max = this.last
    this.slider.value = Math.min(at, this.last)
    this.slider.disabled = this.find(".replay").disabled = !this.last
    this.slider.style.setProperty("--at", `${this.last ? (100 * at) / this.last : 0}%`)
    this.slider.setAttribute("aria-valuetext", fill(words.epoch_of, { epoch: at, last: this.last }))
    this.find("output").textContent = Math.min(at, this.last)
    this.find(".replay").textContent = this.playing ? words.halt : words.replay
    this.find(".newest").disabled = this.epoch === null
    this.root.dataset.epoch = at
    this.views.forEach((view) => view.show(at))
  }

  replay() {
    this.toEpoch(0)
    if (!this.last) return
    if (still()) {
      this.find(".live").textContent = this.words.replay_still
      return this.slider.focus()
    }
    const every = Math.max(REPLAY_MS.least, Math.min(REPLAY_MS.most, REPLAY_MS.all / this.last))
    this.playing = setInterval(() => {
      this.toEpoch((this.epoch ?? this.last) + 1, false)
      if (this.epoch === null) this.stop()
    }, every)
    this.show()
  }

  stop() {
    if (!this.playing) return
    clearInterval(this.playing)
    this.playing = 0
    this.show()
  }
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches

/** Numbers as "0 to 4, 6, 8". */
function listed(numbers) {
  const runs = []
  for (const number of numbers) {
    if (runs.length && runs.at(-1)[1] === number - 1) runs.at(-1)[1] = number
    else runs.push([number, number])
  }
  return runs.map(([first, last]) => (last > first + 1 ? `${first}\u2013${last}` : last > first ? `${first}, ${last}` : first)).join(", ")
}

const timelines = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!timelines.has(parentElement)) timelines.set(parentElement, new Timeline(parentElement))
  timelines.get(parentElement).take(data, setTriggerValue)
}
