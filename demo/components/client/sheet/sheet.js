// The pictures behind a number: each as the network saw it, with its three largest probabilities.

class Sheet {
  constructor(root) {
    this.root = root.querySelector(".sheet")
  }

  take(data) {
    const key = JSON.stringify(data.groups.map((group) => [group.title, group.pictures.length, group.pixels.length])) + data.key
    if (key === this.drawn) return
    this.drawn = key
    this.root.replaceChildren(...data.groups.map((group) => this.group(group, data)))
  }

  group(group, data) {
    const section = make("section", "group")
    const title = section.appendChild(make("h3"))
    title.textContent = group.title
    if (group.note) section.appendChild(make("p", "note")).textContent = group.note
    const list = section.appendChild(make("ul"))
    const { channels, side } = data
    const raw = bytesOf(group.pixels)
    const each = channels * side * side
    group.pictures.forEach((picture, place) => list.append(this.picture(picture, raw.subarray(place * each, (place + 1) * each), data)))
    return section
  }

  picture({ truth, top, name }, pixels, { channels, side, classes, words }) {
    const item = make("li")
    const right = top[0][0] === truth
    item.className = right ? "right" : "wrong"
    const canvas = item.appendChild(make("canvas", "", { role: "img" }))
    painted(canvas, pixels, channels, side, side)
    const shares = top.map(([label, share]) => `${classes[label]} ${share}%`).join(", ")
    canvas.setAttribute("aria-label", fill(words.sheet_said, { name, truth: classes[truth], shares }))
    const bars = item.appendChild(make("ol", "", { "aria-hidden": "true" }))
    for (const [label, share] of top) {
      const row = bars.appendChild(make("li", label === truth ? "true" : ""))
      row.appendChild(make("span", "class-name")).textContent = `${label === truth ? "\u2713 " : ""}${classes[label]}`
      row.appendChild(make("span", "track")).appendChild(make("i")).style.width = `${share}%`
      row.appendChild(make("span", "share")).textContent = `${share}%`
    }
    return item
  }
}

const sheets = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement }) {
  if (!sheets.has(parentElement)) sheets.set(parentElement, new Sheet(parentElement))
  sheets.get(parentElement).take(data)
}
