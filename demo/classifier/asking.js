// Who asks the server, and whose answer is drawn. Requests are numbered; one is on its way at most, and what was wanted
// meanwhile is asked once, with the values that the controls have then: of many moves of a slider the last one counts.
// An answer is drawn only if no picture, way or network was chosen after it was asked for.
function makeAsking(pad) {
  const KINDS = ["open", "choose", "page", "answer"]  // asked in this order; the later ones need what the earlier ones bring
  const LOST = 60_000  // milliseconds; an answer that takes longer is not waited for
  let number = 0, oldest = 1, onItsWay = "", since = 0, sample = null
  const wanted = new Set()

  function next() {
    if (!onItsWay || Date.now() - since > LOST) {
      onItsWay = KINDS.find(name => wanted.has(name)) ?? ""
      wanted.delete(onItsWay)
      since = Date.now()
      if (onItsWay) document.querySelector(`#do-${onItsWay}`).click()
      if (onItsWay) setTimeout(next, LOST + 100)
    }
    document.body.classList.toggle("asking", wanted.size > 0 || !["", "open"].includes(onItsWay))
  }

  function want(...kinds) {
    for (const kind of kinds) wanted.add(kind)
    next()
  }

  function done() {
    onItsWay = ""
    next()
  }

  // What is on its way belongs to something that is no longer there.
  function forget() {
    oldest = number + 1
  }

  const way = () => document.querySelector("#ways [role=tab][aria-selected=true]")?.dataset.tabId ?? "draw"

  document.addEventListener("click", event => {
    const tile = event.target.closest?.("#samples button")
    if (tile) sample = [...document.querySelectorAll("#samples button")].indexOf(tile)
  }, true)

  return {
    want, done, forget, way,
    // The network that the address names.
    wished: () => new URLSearchParams(location.search).get("network") ?? "",
    // The drawing that the page begins with is no picture for another network.
    fresh: () => pad.forget(),
    // Other samples are shown, so none of them is chosen.
    unchosen: () => { sample = null },
    // The values of the controls, with what this script knows in the first four places.
    numbered: (_number, _way, _drawing, _sample, ...others) => [++number, way(), pad.address(), sample, ...others],
    // What is to be shown of an answer; nothing of one that came too late.
    newest(packet) {
      const answer = JSON.parse(packet)
      const late = answer.number !== number || answer.number < oldest
      done()
      return late ? undefined : answer.shown
    },
  }
}
