// How far the runs on the page are, handed to the view that shows them (timeline.js); not a line of it is seen.

export default function ({ data }) {
  window.labRuns = { ...window.labRuns, [data.key]: data.runs }
  window.dispatchEvent(new CustomEvent("lab-runs", { detail: data.key }))
}
