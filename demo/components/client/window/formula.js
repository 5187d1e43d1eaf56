// The arithmetic of one window, written out. Its spans are made once; only their text changes while the window moves.

class Formula {
  /** `host` takes the terms, `sum` what becomes of them. */
  constructor(host, sum) {
    Object.assign(this, { host, sum })
  }

  /** Lays out so many terms for each channel; `kind` is convolution, max or average. */
  lay(data, channels) {
    this.data = data
    this.host.replaceChildren()
    this.host.setAttribute("aria-label", data.words.formula)
    this.lines = channels.map((channel) => this.line(channel))
    this.result = make("p", "result")
    this.sum.replaceChildren(this.result)
  }

  line(channel) {
    const { data } = this
    const listed = data.kind === "max" ? " listed" : ""
    const line = this.host.appendChild(make("p", `terms${listed}`))
    const name = line.appendChild(make("span", "name"))
    name.textContent = channelName(data, channel)
    name.hidden = data.channels === 1
    const open = line.appendChild(make("span"))
    open.textContent = data.kind === "max" ? "max(" : data.kind === "average" ? "(" : ""
    open.hidden = data.kind === "convolution"
    const terms = Array.from({ length: data.size ** 2 }, () => line.appendChild(make("span", "term")))
    const end = line.appendChild(make("span", "end"))
    return { terms, end }
  }

  /** The longest term decides how much room each gets, so that nothing moves from window to window. */
  room(letters) {
    this.host.style.setProperty("--term", `${letters}ch`)
  }

  /** One window: `parts` holds for each shown channel its window, products and their sum. */
  write(parts, now) {
    const { data } = this
    parts.forEach(({ window, kernel, sum }, place) => {
      const { terms, end } = this.lines[place]
      terms.forEach((term, cell) => {
        const comma = data.kind === "max" && cell < terms.length - 1 ? "," : ""
        const pixel = written(window[cell])
        term.textContent = kernel ? `${pixel} \u00d7 ${written(kernel[cell])}` : `${pixel}${comma}`
      })
      const close = { convolution: "", max: ") ", average: `) / ${data.size ** 2} ` }[data.kind]
      end.textContent = `${close}= ${written(data.kind === "convolution" ? sum : now.output)}`
    })
    if (data.kind === "convolution") return this.writeResult(parts, now)
    this.tell(data.words[`result_${data.kind}`], "", written(now.output))
  }

  writeResult(parts, { total, output }) {
    const { data } = this
    const shown = parts.map(({ sum }) => bracketed(sum)).join(" + ")
    const sums = parts.length === data.channels ? shown : bracketed(total - data.bias)
    const outcome = data.activation === "none" ? total : output
    const before = `${sums} + ${bracketed(data.bias)} = `
    const after = data.activation === "none" ? "" : `${written(total)}, ${data.activation}(${written(total)}) = `
    this.tell(data.words.sum_and_bias, `${before}${after}`, written(outcome))
  }

  /** What the number is, how it comes about, and the number, with an arrow to the output. */
  tell(name, way, outcome) {
    const [small, sum, strong] = [make("small"), make("span"), make("strong")]
    small.textContent = `${name} `
    sum.textContent = way
    strong.textContent = outcome
    this.result.replaceChildren(small, sum, strong, make("i", "arrow", { "aria-hidden": "true" }))
  }

  mark(line, cell) {
    this.lines.forEach(({ terms }, here) => {
      terms.forEach((term, place) => term.classList.toggle("picked", here === line && place === cell))
    })
  }
}

/** A negative number in brackets, as it is written behind a plus sign. */
const bracketed = (value) => (value < 0 ? `(${written(value)})` : written(value))

/** Red, green, blue, or the number of the channel. */
function channelName(data, channel) {
  const { words } = data
  if (data.channels === 1) return ""
  if (data.channels === 3 && !data.signed) return [words.red, words.green, words.blue][channel]
  return fill(words.channel, { number: channel + 1, count: data.channels })
}
