// The view of the window as a component of its own: what Streamlit calls.

const walks = new WeakMap()

/** A link names the place of the window in the output once somebody has moved it: `at=row,column`, from 0. */
function fromLink(walk) {
  const at = /^(\d{1,3}),(\d{1,3})$/.exec(asked("at") ?? "")?.slice(1).map(Number)
  if (at && at[0] < walk.data.rows && at[1] < walk.data.columns) walk.go(...at)
  linked("at", walk.root, () => (walk.untouched ? "" : `${walk.row},${walk.column}`))
}

/** Called by Streamlit when the view appears and whenever its data have changed. */
export default function ({ data, parentElement, setStateValue }) {
  const first = !walks.has(parentElement)
  if (first) walks.set(parentElement, new Walk(parentElement))
  const walk = walks.get(parentElement)
  walk.take(data, (kernel) => setStateValue("kernel", kernel))
  if (first) fromLink(walk)
}
