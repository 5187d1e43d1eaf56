// What the view does by itself, once it is seen: the window goes along a stroke, or over every place, counting.
// It ends as soon as somebody takes the window, and never begins where motion is not wanted.

const TOUR_MS = 180
const COUNT_MS = 650
const PASSES = 6
const FLIP_MS = 900
const FLIPS = 3

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches

class Performance {
  constructor(walk) {
    this.walk = walk
    this.visited = new Set()
    this.going = false
  }

  /** What is drawn first: what there was before, if it is to be seen how it changed. */
  first(data) {
    const wish = JSON.stringify(data.before ?? null)
    const fresh = data.before && wish !== this.changed && !still()
    this.changed = wish
    clearTimeout(this.flip)
    if (!fresh) return data
    const old = { ...data, ...data.before, before: null }
    const show = (times) => {
      this.walk.data = times % 2 ? data : old
      this.walk.name()
      this.walk.takeGrids()
      this.walk.toZoom(this.walk.zoom)
      if (times < FLIPS) this.flip = setTimeout(() => show(times + 1), FLIP_MS)
    }
    this.flip = setTimeout(() => show(1), FLIP_MS)
    return old
  }

  /** `data.performance`: { tour: places, count, sealed ... }; begins once for each new wish. */
  take(data) {
    const wanted = data.performance
    const wish = JSON.stringify([wanted, data.rows, data.columns])
    this.wanted = wanted
    this.walk.root.classList.toggle("sealed", Boolean(wanted?.sealed))
    this.walk.root.classList.toggle("bare", Boolean(wanted?.bare))
    if (wish !== this.wish) {
      this.wish = wish
      this.visited.clear()
      this.badge(0)
      this.end()
      if (wanted) this.begin(wanted)
    }
    this.cover()
  }

  begin({ tour, count }) {
    const { rows, columns } = this.walk.data
    const every = Array.from({ length: rows * columns }, (_, place) => [Math.floor(place / columns), place % columns])
    this.places = count ? every : tour
    this.badge(count && still() ? every.length : 0)
    if (!this.places?.length || still()) return
    Object.assign(this, { going: true, step: 0, passes: count ? 1 : PASSES })
    this.walk.root.classList.add("going")
    this.walk.find(".play").textContent = this.walk.data.words.pause
    this.next()
  }

  next() {
    if (!this.going || !this.walk.root.isConnected) return
    const { count } = this.wanted
    const length = this.places.length
    const pass = Math.floor(this.step / length)
    if (pass >= this.passes) return this.end()
    const along = this.step % length
    const [row, column] = this.places[pass % 2 ? length - 1 - along : along]
    this.step++
    Object.assign(this.walk, { row, column })
    this.visited.add(row * this.walk.data.columns + column)
    this.cover()
    if (count) this.badge(this.step)
    this.walk.show()
    this.timer = setTimeout(() => this.next(), count ? COUNT_MS : TOUR_MS)
  }

  end() {
    clearTimeout(this.timer)
    if (!this.going) return
    this.going = false
    this.walk.root.classList.remove("going")
    this.walk.find(".play").textContent = this.walk.data.words.play
    if (this.wanted?.count) this.badge(this.places.length)
    this.cover()
    this.walk.say()
  }

  /** Somebody looks at this output: it is shown, where it does not give an answer away. */
  uncover(row, column) {
    this.visited.add(row * this.walk.data.columns + column)
    this.cover()
  }

  /** What of the output is shown now: all, what was visited, or nothing. */
  cover() {
    const { rows, columns } = this.walk.data
    const { sealed, hidden } = this.wanted ?? {}
    const partly = sealed ? new Set() : hidden || (this.going && this.wanted.count) ? this.visited : null
    this.walk.output.reveal(rows * columns, partly && new Set(partly))
  }

  /** The number of the place, in the corner of the output. */
  badge(number) {
    const badge = this.walk.find(".badge")
    badge.hidden = !number
    badge.textContent = number
  }
}
