// The pairs that are mixed up most, and below them the whole matrix of the epoch that is shown: validation, training or test.

const PAIRS = 4

class Confusion {
  constructor(words, open) {
    Object.assign(this, { words, open, set: "" })
    this.pairs = make("div", "block pairs-block")
    this.title = this.pairs.appendChild(make("h3"))
    this.list = this.pairs.appendChild(make("ol", "pairs"))
    this.pairsNote = this.pairs.appendChild(make("p", "note"))
    this.whole = make("details", "block whole")
    this.whole.appendChild(make("summary")).textContent = words.matrix
    this.choices = this.whole.appendChild(make("div", "choices"))
    this.sets = this.choices.appendChild(make("div", "switch", { role: "group", "aria-label": words.matrix_of }))
    this.numbers = this.choices.appendChild(this.numbersSwitch())
    this.matrix = new Matrix(words, (door) => this.enter(door))
    this.whole.append(this.matrix.root)
    this.none = this.whole.appendChild(make("p", "note"))
    this.whole.addEventListener("toggle", () => this.last && this.show(...this.last))
  }

  numbersSwitch() {
    const box = make("div", "switch", { role: "group", "aria-label": this.words.numbers })
    for (const kind of ["counts", "shares"]) {
      const button = box.appendChild(make("button", "", { type: "button", "aria-pressed": String(kind === "counts") }))
      button.textContent = this.words[`numbers_${kind}`]
      button.addEventListener("click", () => {
        this.matrix.numbers = kind
        for (const other of box.children) other.setAttribute("aria-pressed", String(other === button))
        this.show(...this.last)
      })
    }
    return box
  }

  wait() {
    this.whole.hidden = true
    this.title.textContent = this.words.pairs
    this.pairsNote.textContent = this.words.matrix_later
    this.list.replaceChildren()
    this.pairsDrawn = ""
  }

  begin(head) {
    this.whole.hidden = false
    this.head = head
  }

  enter(door) {
    const [records, epoch] = this.last
    const set = this.set === "test" ? records.state.test.name : this.set
    this.open({ run: records.state.run, set, epoch: records.at(epoch)?.epoch ?? 0, ...door })
  }

  show(records, epoch) {
    this.last = [records, epoch]
    const sets = records.sets()
    if (!sets.includes(this.set)) this.set = sets[0] ?? ""
    this.showSets(sets)
    const counts = this.set ? records.matrix(this.set, epoch) : null
    const opens = records.opens(this.set, epoch)
    const what = this.set && fill(this.words[`matrix_${this.set}`], { epoch: records.at(epoch)?.epoch ?? 0 })
    this.showPairs(counts, opens, what)
    this.matrix.root.hidden = !counts
    this.none.textContent = counts ? "" : this.set ? this.words.matrix_not_kept : this.words.matrix_later
    if (counts && this.whole.open) this.matrix.show(counts, this.head.classes, opens, what)
  }

  showSets(sets) {
    if (this.sets.dataset.of === sets.join() && this.sets.dataset.at === this.set) return
    Object.assign(this.sets.dataset, { of: sets.join(), at: this.set })
    this.sets.replaceChildren(
      ...sets.map((set) => {
        const button = make("button", "", { type: "button", "aria-pressed": String(set === this.set) })
        button.textContent = this.words[`set_${set}`]
        button.addEventListener("click", () => {
          this.set = set
          this.show(...this.last)
          this.sets.querySelector("[aria-pressed=true]")?.focus()
        })
        return button
      }),
    )
  }

  showPairs(counts, opens, what) {
    const { words, head } = this
    const found = counts ? mixedUp(counts, head.classes.length, PAIRS) : []
    this.title.textContent = words.pairs
    this.pairsNote.textContent = found.length ? what.split(":")[0] : counts ? words.pairs_none : words.matrix_later
    const key = JSON.stringify([found, opens])
    if (key === this.pairsDrawn) return
    this.pairsDrawn = key
    const focused = [...this.list.querySelectorAll("button")].indexOf(this.pairs.getRootNode().activeElement)
    this.list.replaceChildren(...found.map(([truth, answer, count]) => this.pair(truth, answer, count, opens)))
    if (focused >= 0) this.list.querySelectorAll("button")[focused]?.focus()
  }

  pair(truth, answer, count, opens) {
    const item = make("li")
    const row = item.appendChild(make(opens ? "button" : "div", "pair"))
    const names = { truth: this.head.classes[truth], answer: this.head.classes[answer] }
    row.appendChild(make("span")).textContent = fill(this.words.pair, names)
    row.appendChild(make("b")).textContent = count.toLocaleString("en")
    if (!opens) return item
    row.type = "button"
    row.title = fill(this.words.cell_wrong, { ...names, count })
    row.addEventListener("click", () => this.enter({ cell: [truth, answer] }))
    return item
  }
}
