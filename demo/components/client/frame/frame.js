// A page of this server inside another one, as high as it is: one scroll bar, the outer one. Same origin, so that what
// is inside can be measured, told the theme, and told that it is inside.

const INSIDE = "in-the-lab"

function fit(frame) {
  const content = frame.contentDocument?.querySelector(".gradio-container")
  if (content) frame.style.height = `${Math.ceil(content.getBoundingClientRect().height)}px`
}

/** Streamlit writes its theme on the page as its colour scheme. */
const theme = () => getComputedStyle(document.querySelector(".stApp")).colorScheme

function dress(frame) {
  const classes = frame.contentDocument?.body?.classList
  classes?.add(INSIDE)
  classes?.toggle("dark", theme() === "dark")
}

/** Gradio draws its page some moments after it has loaded; from then on its size is followed. */
function follow(frame) {
  frame.sizes?.disconnect()
  frame.sizes = new ResizeObserver(() => fit(frame))
  const begin = () => {
    const content = frame.contentDocument?.querySelector(".gradio-container")
    if (!content) return setTimeout(begin, 100)
    dress(frame)
    frame.sizes.observe(content)
  }
  begin()
}

export default function (component) {
  const { data, parentElement } = component
  const frame = parentElement.querySelector(".frame")
  frame.title = data.title
  if (frame.dataset.address !== data.address) {
    frame.dataset.address = data.address
    frame.onload = () => follow(frame)
    frame.src = `${data.address}?__theme=${theme()}`
  }
  frame.themes?.disconnect()
  frame.themes = new MutationObserver(() => dress(frame)) // without loading it anew: what is drawn stays
  frame.themes.observe(document.querySelector(".stApp"), { attributes: true })
  return () => frame.themes.disconnect()
}
