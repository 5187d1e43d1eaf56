// A square to draw on: pen, eraser, undo, redo, clear. A plain 2D canvas, which every browser has, also without a GPU.
// What is on it is a list of strokes, so the picture can be painted again at any time. `changed` is called after each change.
function makePad(changed) {
  const PAPER = "#ffffff", INK = "#000000"
  let strokes = [], undone = [], tool = "pen", pointer = null, example = false

  const canvas = () => document.querySelector("#pad canvas")
  const since = () => strokes.slice(strokes.findLastIndex(stroke => stroke.tool === "clear") + 1)

  function at(event) {
    const box = canvas().getBoundingClientRect()
    return [(event.clientX - box.left) * canvas().width / box.width, (event.clientY - box.top) * canvas().height / box.height]
  }

  function line(stroke, from) {
    const pen = canvas().getContext("2d")
    pen.lineCap = pen.lineJoin = "round"
    pen.lineWidth = Number(canvas().dataset.width)
    pen.strokeStyle = stroke.tool === "pen" ? INK : PAPER
    pen.beginPath()
    pen.moveTo(...stroke.points[Math.max(0, from - 1)])
    for (const point of stroke.points.slice(from)) pen.lineTo(...point)
    pen.stroke()
  }

  function paint() {
    const paper = canvas()
    if (!paper) return
    const pen = paper.getContext("2d")
    pen.fillStyle = PAPER
    pen.fillRect(0, 0, paper.width, paper.height)
    for (const stroke of since()) line(stroke, 0)
    document.querySelector("#pad .example")?.toggleAttribute("hidden", !example)
    for (const button of document.querySelectorAll("#pad [data-do]")) {
      if (button.dataset.do === "undo") button.disabled = !strokes.length
      if (button.dataset.do === "redo") button.disabled = !undone.length
      if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(button.dataset.do === tool))
    }
  }

  const actions = {
    pen: () => { tool = "pen" },
    eraser: () => { tool = "eraser" },
    undo: () => { if (strokes.length) undone.push(strokes.pop()) },
    redo: () => { if (undone.length) strokes.push(undone.pop()) },
    clear: () => { if (since().length) { strokes.push({tool: "clear"}); undone = [] } },
  }

  function act(name) {
    if (name === "undo" || name === "clear") forget()
    actions[name]()
    paint()
    if (name !== "pen" && name !== "eraser") changed()
  }

  // A drawing to begin with, in shares of the square; the first stroke takes its place.
  function show(drawn) {
    const side = canvas()?.width
    if (!side || strokes.length) return
    strokes = drawn.map(points => ({tool: "pen", points: points.map(([x, y]) => [x * side, y * side])}))
    example = true
    paint()
  }

  function forget() {
    if (example) strokes = []
    example = false
    paint()
  }

  function begin(event) {
    if (event.target !== canvas() || pointer !== null || event.button) return
    event.preventDefault()
    forget()
    pointer = event.pointerId
    event.target.setPointerCapture(pointer)
    strokes.push({tool, points: [at(event)]})
    undone = []
    line(strokes.at(-1), 0)
  }

  function go(event) {
    if (event.pointerId !== pointer) return
    const stroke = strokes.at(-1), from = stroke.points.length
    const passed = event.getCoalescedEvents?.() ?? []
    stroke.points.push(...(passed.length ? passed : [event]).map(at))
    line(stroke, from)
  }

  function end(event) {
    if (event.pointerId !== pointer) return
    pointer = null
    paint()
    changed()
  }

  function key(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]")
    if (!(event.ctrlKey || event.metaKey) || event.altKey || typing || !canvas()?.offsetParent || pointer !== null) return
    const name = {z: event.shiftKey ? "redo" : "undo", y: "redo"}[event.key.toLowerCase()]
    if (!name) return
    event.preventDefault()
    act(name)
  }

  document.addEventListener("pointerdown", begin, true)
  document.addEventListener("pointermove", go, true)
  document.addEventListener("pointerup", end, true)
  document.addEventListener("pointercancel", end, true)
  document.addEventListener("keydown", key, true)
  document.addEventListener("click", event => {
    const button = event.target.closest?.("#pad [data-do]")
    if (button) act(button.dataset.do)
  })
  paint()
  return {paint, show, forget, value: () => since().some(stroke => stroke.tool === "pen") ? canvas().toDataURL("image/png") : ""}
}
