// One layer in ten passes: its units as small squares, the silenced ones crossed out, and what the network answers each time.

const GROUND = [14, 18, 22]
const GLOW = [142, 210, 255]
const CROSS = "#ffa90e"
const CELL = 24
const PAUSE_MS = 120

class Passes {
  constructor(root) {
    this.root = root.querySelector(".passes")
  }

  /** Nothing is made anew that has not changed; a new draw comes pass by pass, or at once for who wants no motion. */
  take(data) {
    const theme = themeOf(this.root)
    const form = JSON.stringify([theme, data])
    if (form === this.form) return
    const moves = this.draw !== undefined && this.draw !== data.draw && !matchMedia("(prefers-reduced-motion: reduce)").matches
    Object.assign(this, { form, data, draw: data.draw })
    clearTimeout(this.waiting)
    this.root.className = `passes ${theme}`
    const whole = make("div", "whole")
    const off = make("div", "off pass")
    off.append(...this.pass(data.plain, data.off).childNodes)
    off.prepend(Object.assign(make("h4"), { textContent: data.off }))
    const ten = make("div", "ten", { role: "group", "aria-label": data.title })
    whole.append(off, ten)
    this.root.replaceChildren(whole)
    this.next(ten, 0, moves)
  }

  next(ten, from, moves) {
    const { passes } = this.data
    const until = moves ? from + 1 : passes.length
    if (!from) ten.replaceChildren(...passes.map((_, at) => this.pass(null, this.data.names[at])))
    for (let at = from; at < until; at++) ten.children[at].replaceWith(this.pass(passes[at], this.data.names[at]))
    if (until < passes.length) this.waiting = setTimeout(() => this.next(ten, until, moves), PAUSE_MS)
  }

  /** A pass as a figure; null: it is not drawn yet. */
  pass(one, name) {
    const box = make("figure", one ? "pass" : "pass hidden")
    const words = one ? one.said : `${name}: ${this.data.waits}`
    const side = Math.ceil(Math.sqrt(this.data.units))
    const canvas = box.appendChild(make("canvas", "", { role: "img", "aria-label": words, width: side * CELL, height: side * CELL }))
    const bars = box.appendChild(make("div", "bars", { "aria-hidden": "true" }))
    const caption = box.appendChild(make("figcaption"))
    if (!one) return box
    this.units(canvas.getContext("2d"), one, side)
    const right = one.best === this.data.truth
    one.answers.forEach((share, at) => {
      bars.appendChild(make("i", at === one.best ? `best ${right ? "right" : ""}` : "")).style.height = `${100 * share}%`
    })
    caption.className = right ? "right" : "wrong"
    caption.append(`${right ? "\u2713" : "\u2717"} ${one.answer}`, make("br"), one.share)
    caption.title = `${one.answer} ${one.share}`
    return box
  }

  units(context, { values, silenced }, side) {
    for (let unit = 0; unit < this.data.units; unit++) {
      const [x, y] = [CELL * (unit % side), CELL * Math.floor(unit / side)]
      context.fillStyle = css(mix(GROUND.map((part) => part + 16), GLOW, Math.min(1, values[unit] / this.data.top)))
      context.fillRect(x + 1, y + 1, CELL - 2, CELL - 2)
      if (!silenced?.[unit]) continue
      context.strokeStyle = CROSS
      context.lineWidth = 3
      context.beginPath()
      for (const [from, to] of [[x, x + CELL], [x + CELL, x]]) {
        const inwards = Math.sign(to - from) * 7
        context.moveTo(from + inwards, y + 7)
        context.lineTo(to - inwards, y + CELL - 7)
      }
      context.stroke()
    }
  }
}

const views = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement }) {
  if (!views.has(parentElement)) views.set(parentElement, new Passes(parentElement))
  views.get(parentElement).take(data)
}
