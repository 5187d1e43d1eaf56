// The address of what is seen, with what the views in the browser add to it, copied at a click. Without the clipboard (a page
// without HTTPS has none, a visitor may forbid it) by the document's own command, else shown, chosen whole, to be copied by hand.

const SHOWN_MS = 4000

function address() {
  const url = new URL(location.href)
  url.hash = ""
  for (const [name, { root, value }] of window.labLink ?? []) {
    if (!root.isConnected) continue
    const now = value()
    now === "" ? url.searchParams.delete(name) : url.searchParams.set(name, now)
  }
  return url.href.replaceAll("%2C", ",")
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.body.appendChild(document.createElement("textarea"))
    Object.assign(area, { value: text, readOnly: true })
    area.style.position = "fixed"
    area.select()
    try {
      return document.execCommand("copy")
    } catch {
      return false
    } finally {
      area.remove()
    }
  }
}

class CopyLink {
  constructor(root) {
    this.button = root.querySelector("button")
    this.told = root.querySelector(".told")
    this.button.addEventListener("click", () => this.copy())
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.close())
  }

  take(words) {
    this.words = words
    this.button.querySelector("span").textContent = words.button
    this.button.title = words.help
  }

  async copy() {
    clearTimeout(this.later)
    const text = address()
    const done = await copied(text)
    this.button.focus()
    this.told.textContent = done ? this.words.copied : this.words.by_hand
    if (done) return void (this.later = setTimeout(() => this.close(), SHOWN_MS))
    const field = this.told.appendChild(document.createElement("input"))
    Object.assign(field, { value: text, readOnly: true, ariaLabel: this.words.address })
    field.focus()
    field.select()
  }

  close() {
    if (this.told.querySelector("input")) this.button.focus()
    this.told.textContent = ""
  }
}

const copies = new WeakMap()

/** Called by Streamlit in every run. */
export default function ({ data, parentElement }) {
  if (!copies.has(parentElement)) copies.set(parentElement, new CopyLink(parentElement.querySelector(".link")))
  copies.get(parentElement).take(data)
}
