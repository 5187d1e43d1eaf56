// The lines between the columns: grey for all that is shown, orange for what comes into one map. Nothing is asked of the server.

const SVG = "http://www.w3.org/2000/svg"
const WIDTH = { least: 1, more: 5, each: 2 }

class Edges {
  constructor(flow) {
    this.flow = flow
    this.svg = flow.find(".f-edges")
    this.all = flow.find(".f-all")
    this.lit = flow.find(".f-lit")
    this.marked = []
  }

  /** The grey lines, one path between two columns. */
  draw() {
    const { network, columns } = this.flow
    this.svg.setAttribute("width", columns.whole)
    this.svg.setAttribute("height", HEAD + columns.height)
    const paths = network.stages.map((stage, at) => {
      const path = document.createElementNS(SVG, "path")
      const into = columns.stages[at].numbers.slice(0, at === network.last ? undefined : SHOWN)
      const from = at ? columns.stages[at - 1].numbers.slice(0, SHOWN) : [-1]
      const pairs = into.flatMap((to) => (at && stage.each ? [to].filter((one) => from.includes(one)) : from).map((one) => [one, to]))
      path.setAttribute("d", pairs.map(([one, to]) => curve(columns.box(at - 1, one), columns.box(at, to))).join(""))
      return path
    })
    this.all.replaceChildren(...paths)
  }

  /** Lights what comes into a map, through a pooling or normalisation also what comes into the map before; the rest steps back. */
  light(stage, number) {
    const { flow } = this
    const lines = []
    const marked = []
    const follow = (at, to) => {
      marked.push(flow.columns.element(at, to))
      const found = flow.network.incoming(at, to)
      const { each } = flow.network.stages[at]
      const most = Math.max(...found.map(([, value]) => Math.abs(value)), 1e-9)
      for (const [from, value] of found) {
        const box = flow.columns.box(at - 1, from)
        if (!box || !value) continue
        lines.push([curve(box, flow.columns.box(at, to)), each ? WIDTH.each : WIDTH.least + (WIDTH.more * Math.abs(value)) / most])
        marked.push(at ? flow.columns.element(at - 1, from) : flow.columns.picture_.frame)
      }
      if (at && each && flow.columns.box(at - 1, to)) follow(at - 1, to)
    }
    follow(stage, number)
    this.mark(marked, lines)
  }

  dark() {
    this.mark([], [])
  }

  mark(marked, lines) {
    const { root } = this.flow
    for (const element of this.marked) element.classList.remove("lit")
    for (const element of marked) element.classList.add("lit")
    this.marked = marked
    while (this.lit.childElementCount < lines.length) this.lit.append(document.createElementNS(SVG, "path"))
    for (let at = 0; at < this.lit.childElementCount; at++) {
      const path = this.lit.children[at]
      path.setAttribute("d", lines[at]?.[0] ?? "")
      path.style.strokeWidth = lines[at]?.[1] ?? 0
    }
    root.classList.toggle("lighting", lines.length > 0)
  }
}
