// The view of the window as a component of its own: what Streamlit calls.

const walks = new WeakMap()

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setStateValue }) {
  if (!walks.has(parentElement)) walks.set(parentElement, new Walk(parentElement))
  walks.get(parentElement).take(data, (kernel) => setStateValue("kernel", kernel))
}
