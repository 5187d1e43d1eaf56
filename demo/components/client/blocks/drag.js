// A block that is pulled by the mouse to another place. Nothing moves until the pointer has gone some pixels: a click stays one.

const PULL_PX = 6

class Drag {
  /** `gaps()`: the gap before each block and the last one; `drop(from, gap)`: it was let go there. */
  constructor(gaps, drop) {
    Object.assign(this, { gaps, drop, on: null })
  }

  follow(block, from) {
    block.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return
      this.on = { block, from, x: event.clientX, y: event.clientY, pulled: false, gap: from }
    })
    block.addEventListener("pointermove", (event) => this.pull(event))
    block.addEventListener("pointerup", () => this.end(true))
    block.addEventListener("pointercancel", () => this.end(false))
    block.addEventListener("lostpointercapture", () => this.end(true))
    block.addEventListener("dragstart", (event) => event.preventDefault())
  }

  pull(event) {
    const { on } = this
    if (!on) return
    const [right, down] = [event.clientX - on.x, event.clientY - on.y]
    if (!on.pulled && Math.hypot(right, down) < PULL_PX) return
    if (!on.pulled) on.block.setPointerCapture(event.pointerId)
    on.pulled = true
    on.block.classList.add("pulled")
    on.block.style.transform = `translate(${right}px, ${down}px)`
    on.gap = this.nearest(event.clientX, event.clientY)
    this.gaps().forEach((gap, place) => gap.classList.toggle("drop", place === on.gap))
  }

  /** The gap whose middle is nearest; a line lies further away than a place in it. */
  nearest(x, y) {
    const distances = this.gaps().map((gap) => {
      const { left, top, width, height } = gap.getBoundingClientRect()
      return Math.hypot(left + width / 2 - x, 2 * (top + height / 2 - y))
    })
    return distances.indexOf(Math.min(...distances))
  }

  /** Lets go. Whether something was pulled, so that the click that follows is none. */
  end(drops) {
    const { on } = this
    if (!on) return
    this.on = null
    on.block.classList.remove("pulled")
    on.block.style.transform = ""
    this.gaps().forEach((gap) => gap.classList.remove("drop"))
    if (!on.pulled) return
    this.justPulled = true
    setTimeout(() => (this.justPulled = false))
    if (drops && on.gap !== on.from && on.gap !== on.from + 1) this.drop(on.from, on.gap)
  }
}
