// The columns of the network: the picture, each layer, the scores. Each is made anew when its maps or their order change.

/** A button of the network; `say` is what is read aloud. */
function stop(name, say, box) {
  const button = make("button", name, { type: "button", tabindex: -1, "aria-label": say })
  Object.assign(button.style, { left: `${box.x}px`, top: `${box.y}px`, width: `${box.w}px`, height: `${box.h}px` })
  return button
}

/** The two lines above a column. */
function heading(title, below, width) {
  const head = make("div", "f-head")
  head.style.width = `${width}px`
  head.appendChild(make("b")).textContent = title
  head.appendChild(make("span")).textContent = below
  return head
}

class Columns {
  constructor(flow) {
    this.flow = flow
    this.host = flow.find(".f-cols")
  }

  /** Everything, for so much width. */
  lay(width) {
    const { network } = this.flow
    Object.assign(this, sizes(width, network.last), { width })
    this.height = SHOWN * (this.tile + GAP.between)
    this.stages = network.stages.map((_, stage) => (stage === network.last ? this.scoreColumn() : this.layer(stage)))
    this.pictureColumn()
    this.host.replaceChildren(this.picture_.column, ...this.stages.map(({ column }) => column))
    let x = this.picture
    for (const one of this.stages) {
      one.x = x + this.gap
      x = one.x + one.width
    }
    this.whole = x
    Object.assign(this.flow.find(".f-net").style, { width: `${x}px`, height: `${HEAD + this.height + FOOT}px` })
    this.place()
  }

  /** Each column at its x; or, while something is open behind column `opened`, those from `first` to it at the left and the next at
   * the right. Returns how much room they take at the left and at the right. */
  place(opened = null, first = opened) {
    const { width } = this
    const all = [{ ...this.picture_, x: 0, width: this.picture }, ...this.stages]
    let left = ASIDE
    all.forEach(({ column, x, width: own }, at) => {
      let to = x
      if (opened !== null && at < first) to = x - all[first].x - width / 2
      if (opened !== null && at >= first && at <= opened) {
        to = left
        left += own + BESIDE
      }
      if (opened !== null && at > opened) to = x - all[opened + 1].x + width - all[opened + 1].width - ASIDE
      column.style.transform = `translateX(${to}px)`
      column.toggleAttribute("inert", opened !== null && (at < first || at > opened + 1 || width < NARROW))
    })
    return opened === null ? null : [left - BESIDE + ASIDE, all[opened + 1].width + 2 * ASIDE]
  }

  pictureColumn() {
    const { network, words } = this.flow
    const { width, height } = network.picture
    const column = make("div", "f-col")
    column.append(heading(words.picture, `${width} \u00d7 ${height}`, this.picture))
    const box = { x: 0, y: HEAD + (this.height - this.picture) / 2, w: this.picture, h: (this.picture * height) / width }
    const frame = column.appendChild(make("div", "f-picture", { role: "img", "aria-label": network.picture.name }))
    Object.assign(frame.style, { top: `${box.y}px`, width: `${box.w}px`, height: `${box.h}px` })
    paintPicture(frame.appendChild(make("canvas", "", { "aria-hidden": "true" })), network.picture)
    const field = frame.appendChild(make("i", "f-field"))
    field.hidden = true
    this.picture_ = { column, box, field, frame }
  }

  layer(stage) {
    const { network, words, focus, unfolded } = this.flow
    const { title, units, count, height, width } = network.stages[stage]
    const open = unfolded.has(stage)
    const numbers = network.order(stage, focus).slice(0, open ? count : SHOWN)
    const { width: wide, boxes } = columnBoxes(units, numbers.length, open, this.tile, this.height)
    const column = make("div", "f-col")
    const brief = this.tile + this.gap < BRIEF
    const below = fill(units ? words.units : brief ? words.maps_brief : words.maps, { count, width, height })
    column.append(heading(words[brief ? `${title}_brief` : title], below, Math.max(wide, this.tile)))
    const tiles = numbers.map((number, at) => column.appendChild(this.tileOf(stage, number, boxes[at])))
    const stops = [...tiles]
    if (count > SHOWN) stops.push(column.appendChild(this.more(stage, count, open, Math.max(wide, this.tile))))
    return { column, tiles, stops, numbers, boxes, width: Math.max(wide, this.tile), index: new Map(numbers.map((number, at) => [number, at])) }
  }

  tileOf(stage, number, box) {
    const { network } = this.flow
    const { units, steps, width, height } = network.stages[stage]
    const tile = stop(units ? "f-tile unit" : "f-tile", this.flow.sentence(stage, number), box)
    Object.assign(tile.dataset, { stage, number })
    const canvas = tile.appendChild(make("canvas", "", { "aria-hidden": "true" }))
    paintMap(canvas, steps, number * width * height, width, height)
    return tile
  }

  more(stage, count, open, width) {
    const { words } = this.flow
    const button = make("button", "f-more", { type: "button", tabindex: -1, "aria-expanded": open })
    button.textContent = open ? words.fold : fill(this.tile + this.gap < BRIEF ? words.weaker_brief : words.weaker, { count: count - SHOWN })
    Object.assign(button.style, { top: `${HEAD + this.height}px`, width: `${width + this.gap * 0.8}px`, left: `${-this.gap * 0.4}px` })
    button.dataset.unfold = stage
    return button
  }

  scoreColumn() {
    const { network, words, focus } = this.flow
    const { last, scores, classes, chances } = network
    const numbers = network.order(last, focus)
    const letters = Math.max(...classes.map((name) => name.length))
    const side = Math.min(40, this.height / numbers.length)
    const column = make("div", "f-col f-scores")
    column.style.setProperty("--label", `${Math.min(letters, 9) * 0.6 + 0.6}rem`)
    column.append(heading(words.scores, words.scores_hint, this.scores))
    const top = HEAD + (this.height - side * numbers.length) / 2
    const boxes = numbers.map((_, at) => ({ x: 0, y: top + at * side, w: this.scores, h: side - 3 }))
    const tiles = numbers.map((number, at) => {
      const values = { label: classes[number], chance: percentOf(chances[number]), score: plus(scores[number], 2) }
      const row = column.appendChild(stop(`f-score${at ? "" : " best"}`, fill(words.score_said, values), boxes[at]))
      Object.assign(row.dataset, { stage: last, number })
      row.setAttribute("aria-pressed", number === focus)
      row.appendChild(make("b")).textContent = classes[number]
      row.appendChild(make("i")).appendChild(make("i")).style.width = `${100 * chances[number]}%`
      row.appendChild(make("span")).textContent = values.chance
      return row
    })
    return { column, tiles, stops: tiles, numbers, boxes, width: this.scores, index: new Map(numbers.map((number, at) => [number, at])) }
  }

  element(stage, number) {
    const { index, tiles } = this.stages[stage]
    return tiles[index.get(number)]
  }

  /** Where a tile lies in the network, from its left edge; undefined where it is not shown. */
  box(stage, number) {
    if (stage < 0) return this.picture_.box
    const { index, boxes, x } = this.stages[stage]
    const box = boxes[index.get(number)]
    return box && { ...box, x: box.x + x }
  }
}
