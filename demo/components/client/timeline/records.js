// What the browser knows of one run: everything once, then only what is new. Scrubbing asks nothing of the server.

const TRY_AGAIN_MS = 1500

class Records {
  constructor(changed) {
    Object.assign(this, { changed, epochs: [], head: null, kept: [], answered: [], asked: "", limit: 0 })
  }

  /** A new state of the run, told by the page; asks for the epochs that are not here yet. */
  take(state) {
    if (this.state && this.state.run !== state.run) Object.assign(this, { epochs: [], head: null, asked: "", limit: 0 })
    this.state = state
    this.follow()
  }

  async follow() {
    if (this.busy) return
    this.busy = true
    const { run } = this.state
    try {
      while (run === this.state.run && this.lacks()) if (!(await this.fetch(run))) break
    } finally {
      this.busy = false
    }
    if (run !== this.state.run) this.follow()
  }

  lacks() {
    return this.epochs.length < this.state.done || this.asked !== this.state.status
  }

  async fetch(run) {
    const { status, address } = this.state
    const answer = await fetch(`${address}?first=${this.epochs.length}${this.head && !this.head.early ? "" : "&head=1"}`).catch(() => null)
    if (!answer?.ok) {
      setTimeout(() => this.follow(), TRY_AGAIN_MS)
      return false
    }
    const found = await answer.json()
    if (run !== this.state.run) return true
    if (found.first === this.epochs.length) this.epochs.push(...found.epochs)
    const began = !this.head || this.head.early
    this.head = found.head ?? this.head
    Object.assign(this, { kept: found.kept, answered: found.answered })
    for (const epoch of found.epochs) this.limit = Math.max(this.limit, epoch.scale ?? 0)
    if (this.epochs.length >= this.state.done) this.asked = status
    this.changed()
    return began || found.epochs.length > 0 || !this.lacks()
  }

  /** Of the last epoch that is here. */
  get newest() {
    return this.epochs.at(-1)?.epoch ?? 0
  }

  /** The record of an epoch, or of the last one before it; undefined where nothing is here yet. */
  at(epoch) {
    return this.epochs.findLast((one) => one.epoch <= epoch) ?? this.epochs[0]
  }

  /** (C x C) counts; null where they are not kept. `set`: validation, training or test. */
  matrix(set, epoch) {
    const cells = this.head.classes.length ** 2
    const { tick, test } = this.state
    if (set === "test") return test ? countsOf(test.matrix, cells) : null
    const fresh = set === "training" && tick?.matrix && epoch >= this.newest
    const text = fresh ? tick.matrix : this.at(epoch)?.[set]
    return text ? countsOf(text, cells) : null
  }

  /** Which matrices there are, the one to look at first in front. */
  sets() {
    const last = this.epochs.at(-1) ?? {}
    const there = { test: this.state.test, validation: last.validation, training: last.training ?? this.state.tick?.matrix }
    return ["validation", "test", "training"].filter((set) => there[set])
  }

  /** Whether the pictures behind a matrix can be shown. */
  opens(set, epoch) {
    return set === "test" ? this.state.test?.opens : set === "validation" && this.answered.includes(this.at(epoch)?.epoch)
  }
}
