// What the views of the lesson "How it learns" share: buttons, a slider over fixed values, drawing in SVG, waiting.

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches
const TIMES = "\u00d7"
const PART = "\u2202" // of a derivative

function svg(tag, attributes = {}, parent = null) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  parent?.appendChild(element)
  return element
}

/** A button with words; `kind` "do" is what the view is for. */
function actionButton(text, act, kind = "") {
  const button = make("button", kind, { type: "button" })
  button.textContent = text
  button.addEventListener("click", act)
  return button
}

/** A slider over these values with what it stands at behind it; `take(value)` when it is moved. */
function valueSlider(label, values, value, take, text = (one) => written(one, 4)) {
  const box = make("label", "slider")
  const input = make("input", "", { type: "range", min: 0, max: values.length - 1, step: 1 })
  const output = make("output")
  const show = (now) => {
    input.value = values.indexOf(now)
    output.textContent = text(now)
    input.setAttribute("aria-valuetext", text(now))
  }
  box.appendChild(make("span")).textContent = label
  box.append(input, output)
  input.addEventListener("input", () => {
    show(values[Number(input.value)])
    take(values[Number(input.value)])
  })
  input.addEventListener("keydown", (event) => event.stopPropagation())
  show(value)
  return { box, input, show }
}

/** Steps, one after the other; at once for who wants no motion. A new performance ends the one before. */
class Playback {
  play(steps, pause) {
    clearTimeout(this.waiting)
    if (still()) return steps.forEach((step) => step())
    const next = (at) => {
      if (at >= steps.length) return
      steps[at]()
      this.waiting = setTimeout(() => next(at + 1), pause)
    }
    next(0)
  }
}

/** Makes `draw()` happen again when the width of an element has changed. */
function followWidth(element, draw) {
  let width = element.clientWidth
  new ResizeObserver(() => {
    if (Math.abs(element.clientWidth - width) < 2) return
    width = element.clientWidth
    draw()
  }).observe(element)
}

/** One view for each place on the page; data that have not changed draw nothing anew. */
function mounting(View) {
  const views = new WeakMap()
  return ({ data, parentElement }) => {
    if (!views.has(parentElement)) views.set(parentElement, new View(parentElement.querySelector(".learning")))
    const view = views.get(parentElement)
    const theme = themeOf(view.root)
    const form = JSON.stringify([theme, data])
    if (form === view.form) return
    view.form = form
    view.root.className = `learning ${theme}`
    view.take(data, theme)
  }
}
