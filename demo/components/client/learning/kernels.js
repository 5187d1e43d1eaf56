// The first layer of a real run, epoch by epoch: all its kernels, one of them large with its numbers, and what it makes of a digit.

const EPOCH_MS = 480
const CONVOLVED = "\u2217"

class Kernels {
  constructor(root) {
    this.root = root
    this.playback = new Playback()
  }

  take(data, theme) {
    Object.assign(this, { data, theme, words: data.words })
    this.last = data.kernels.length - 1
    this.chosen ??= data.chosen
    this.epoch ??= 0
    this.build()
    if (this.played) return
    this.played = true
    this.play()
  }

  build() {
    const { words, data } = this
    this.limit = Math.max(...data.kernels.flat(2).map(Math.abs)) * 0.8
    const all = make("div", "all", { role: "group", "aria-label": words.all_kernels })
    this.tiles = data.kernels[0].map((_, number) => {
      const tile = all.appendChild(make("button", "tile", { type: "button" }))
      tile.append(this.canvas(3))
      tile.setAttribute("aria-label", fill(words.kernel_number, { number: number + 1 }))
      tile.addEventListener("click", () => {
        this.chosen = number
        this.show(this.epoch)
      })
      return tile
    })
    this.large = make("div", "large-kernel")
    this.large.append(...Array.from({ length: 9 }, () => make("span", "cell")))
    this.map = this.canvas(data.digit.length - 2)
    this.digit = this.canvas(data.digit.length)
    this.gauge = make("div", "gauge", { role: "img" })
    this.gauge.append(make("i"))
    this.film = make("div", "film", { role: "img" })
    this.film.style.setProperty("--frames", data.kernels.length)
    this.frames = data.kernels.map((_, epoch) => {
      const frame = this.film.appendChild(make("figure", "frame"))
      const canvas = frame.appendChild(this.canvas(3))
      frame.appendChild(make("figcaption")).textContent = epoch
      return { frame, canvas }
    })
    const controls = make("div", "controls")
    const epochs = Array.from({ length: this.last + 1 }, (_, epoch) => epoch)
    this.slider = valueSlider(words.epoch, epochs, this.epoch, (epoch) => this.show(epoch), String)
    controls.append(actionButton(words.play, () => this.play(), "do"), this.slider.box)
    this.told = make("p", "said", { role: "status" })
    const one = make("div", "one")
    const figure = (title, part, kind) => {
      const place = make("figure", kind)
      place.appendChild(make("figcaption")).textContent = title
      place.append(part)
      return place
    }
    one.append(figure(words.digit, this.digit, "pixels"), this.sign(CONVOLVED), figure(words.kernel_large, this.large, "numbers"),
      this.sign("="), figure(words.map, this.map, "pixels"))
    const layer = make("div", "layer")
    layer.append(figure(words.all_kernels, all, "tiles"), one)
    this.root.replaceChildren(layer, controls, this.told, this.gauge, figure(words.film, this.film, "strip"))
    this.show(this.epoch)
  }

  sign(text) {
    const sign = make("span", "sign-between", { "aria-hidden": "true" })
    sign.textContent = text
    return sign
  }

  canvas(side) {
    return make("canvas", "", { width: side, height: side, "aria-hidden": "true" })
  }

  play() {
    if (still()) return this.show(this.last)
    this.playback.play(Array.from({ length: this.last + 1 }, (_, epoch) => () => this.show(epoch)), EPOCH_MS)
  }

  // --- one epoch ---------------------------------------------------------------------------------------------------

  show(epoch) {
    const { data, words, chosen } = this
    this.epoch = epoch
    this.slider.show(epoch)
    const kernels = data.kernels[epoch]
    this.tiles.forEach((tile, number) => {
      this.paint(tile.firstChild, kernels[number], this.limit)
      tile.setAttribute("aria-pressed", number === chosen)
    })
    const kernel = kernels[chosen]
    kernel.forEach((weight, at) => {
      const cell = this.large.children[at]
      const ground = signedColour(weight, this.limit, "dark")
      cell.textContent = brief(Math.round(100 * weight) / 100)
      Object.assign(cell.style, { background: css(ground), color: inkOn(ground) })
    })
    this.paintGrey(this.digit, data.digit.flat(), -1, 1)
    const outputs = correlate(data.digit, kernel)
    this.paint(this.map, outputs, Math.max(...outputs.map(Math.abs), 1e-9))
    this.frames.forEach(({ frame, canvas }, at) => {
      this.paint(canvas, data.kernels[at][chosen], this.limit)
      frame.classList.toggle("now", at === epoch)
      frame.classList.toggle("later", at > epoch)
    })
    const percent = (share) => `${Math.round(100 * share)}%`
    const likeness = data.likeness[epoch][chosen]
    this.gauge.firstChild.style.width = percent(likeness)
    const numbers = { number: chosen + 1, epoch, likeness: percent(likeness), first: percent(data.likeness[0][chosen]), last: percent(data.likeness[this.last][chosen]) }
    this.gauge.setAttribute("aria-label", fill(words.gauge, numbers))
    this.told.textContent = fill(words.kernel_told, numbers)
    this.film.setAttribute("aria-label", fill(words.film_said, numbers))
  }

  paint(canvas, values, limit) {
    const context = canvas.getContext("2d")
    values.forEach((value, at) => {
      context.fillStyle = css(signedColour(value, limit, "dark"))
      context.fillRect(at % canvas.width, Math.floor(at / canvas.width), 1, 1)
    })
  }

  paintGrey(canvas, values, low, high) {
    const context = canvas.getContext("2d")
    values.forEach((value, at) => {
      context.fillStyle = css(greyColour(value, low, high, "dark"))
      context.fillRect(at % canvas.width, Math.floor(at / canvas.width), 1, 1)
    })
  }
}

/** What a kernel of 3 x 3 (flat) makes of a picture (rows), without bias, flat. */
function correlate(picture, kernel) {
  const side = picture.length - 2
  return Array.from({ length: side * side }, (_, cell) => kernel.reduce((sum, weight, at) =>
    sum + weight * picture[Math.floor(cell / side) + Math.floor(at / 3)][(cell % side) + (at % 3)], 0))
}

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default mounting(Kernels)
