// Feature maps as small pictures that can be clicked, and the scores of the classes. Pixels come as bytes, texts as data.

const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }

class Maps {
  constructor(root) {
    this.root = root.querySelector(".maps")
  }

  /** `send({ group, number })` is called when somebody chooses a tile. Nothing is made anew that has not changed. */
  take(data, send) {
    const theme = themeOf(this.root)
    const form = JSON.stringify([theme, data.groups])
    Object.assign(this, { send, theme, answer: data.answer })
    if (form !== this.form) {
      this.form = form
      this.root.replaceChildren(...data.groups.map((group, place) => this.group(group, place)))
    }
    for (const tile of this.root.querySelectorAll("[data-number]")) {
      tile.setAttribute("aria-current", tile.dataset.group == data.current?.[0] && tile.dataset.number == data.current?.[1])
    }
  }

  group(group, place) {
    const box = make("div", "group")
    if (group.title) box.appendChild(make("h4")).textContent = group.title
    if (group.note) box.appendChild(make("p", "note")).textContent = group.note
    box.appendChild({ tiles: tiles, strip: strip, scores: scores }[group.kind](group, this.theme))
    const buttons = [...box.querySelectorAll("button")]
    buttons.forEach((button, at) => {
      Object.assign(button.dataset, { group: place, number: group.numbers[at] })
      button.addEventListener("click", () => this.choose(place, group.numbers[at]))
      button.addEventListener("keydown", (event) => step(event, buttons, at))
      button.tabIndex = at ? -1 : 0
    })
    return box
  }

  choose(group, number) {
    this.send({ group, number })
    const answer = this.answer && document.querySelector(`.st-key-${this.answer}`)
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
    if (answer) answer.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" })
  }
}

/** The arrow keys move inside a group; a group is one stop of the tab key. */
function step(event, buttons, at) {
  const rows = { ArrowUp: -1, ArrowDown: 1 }
  const across = Math.max(1, buttons.findLastIndex((button) => button.offsetTop === buttons[0].offsetTop) + 1)
  const move = MOVES[event.key] ?? (rows[event.key] ? rows[event.key] * across : 0)
  if (!move) return
  event.preventDefault()
  const next = buttons[Math.max(0, Math.min(buttons.length - 1, at + move))]
  buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1))
  next.focus()
}

/** One picture a tile; where there are kernels, each beside its picture. */
function tiles(group, theme) {
  const box = make("div", "tiles", { role: "group", "aria-label": group.title ?? "" })
  box.style.setProperty("--tile", `${group.tile}rem`)
  const maps = painter(group.maps, theme)
  const kernels = group.kernels && painter(group.kernels, theme)
  group.names.forEach((name, at) => {
    const tile = box.appendChild(make(group.clickable ? "button" : "div", "tile", { "aria-label": name, title: name }))
    if (group.clickable) tile.type = "button"
    else tile.setAttribute("role", "img")
    const pair = kernels ? tile.appendChild(make("span", "pair")) : tile
    pair.appendChild(maps(at))
    if (kernels) pair.appendChild(kernels(at))
    if (group.captions) tile.appendChild(make("b")).textContent = group.captions[at]
  })
  return box
}

/** The units of a dense layer: one square each, row by row. */
function strip(group, theme) {
  const canvas = painter(group.maps, theme)(0)
  canvas.className = "strip"
  canvas.removeAttribute("aria-hidden")
  Object.entries({ role: "img", "aria-label": group.names[0] }).forEach(([key, value]) => canvas.setAttribute(key, value))
  canvas.style.maxWidth = `${group.tile * canvas.width}rem`
  return canvas
}

function scores(group) {
  const box = make("div", "scores", { role: "group", "aria-label": group.title ?? "" })
  const head = box.appendChild(make("div", "head", { "aria-hidden": "true" }))
  group.heads.forEach((text, at) => (head.appendChild(make("span", at > 1 ? "number" : "")).textContent = text))
  group.names.forEach((name, at) => {
    const row = box.appendChild(make("button", at === group.best ? "best" : "", { type: "button", "aria-label": name }))
    row.appendChild(make("span")).textContent = group.labels[at]
    const bar = row.appendChild(make("i")).appendChild(make("i"))
    bar.style.width = `${100 * group.shares[at]}%`
    bar.style.setProperty("--bar", group.colours[at])
    row.appendChild(make("span", "number score")).textContent = group.scores[at]
    row.appendChild(make("span", "number")).textContent = group.chances[at]
  })
  return box
}

/** What draws the picture with a number: signed bytes in the colours of signed numbers, or three bytes a pixel as they are. */
function painter({ bytes, width, height, coloured }, theme) {
  const raw = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))
  const signed = new Int8Array(raw.buffer)
  const size = width * height
  const pixel = coloured
    ? (start, at) => [0, 1, 2].map((channel) => raw[3 * start + channel * size + at])
    : (start, at) => signedColour(signed[start + at], 127, theme)
  return (number) => {
    const canvas = make("canvas", "", { width, height, "aria-hidden": "true" })
    const context = canvas.getContext("2d")
    const pixels = context.createImageData(width, height)
    for (let at = 0; at < size; at++) pixels.data.set([...pixel(number * size, at), 255], 4 * at)
    context.putImageData(pixels, 0, 0)
    return canvas
  }
}

const views = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setTriggerValue }) {
  if (!views.has(parentElement)) views.set(parentElement, new Maps(parentElement))
  views.get(parentElement).take(data, (chosen) => setTriggerValue("chosen", chosen))
}
