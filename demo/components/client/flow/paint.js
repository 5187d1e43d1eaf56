// Pictures and maps on canvases. Maps glow on a dark ground, in both themes: blue above zero, orange below it.

const GLOW = { up: [[14, 18, 22], [44, 104, 168], [126, 190, 245], [240, 248, 255]], down: [[14, 18, 22], [150, 70, 10], [240, 150, 70]] }

/** What lies at `share` (0 to 1) of the way along some colours. */
function along(colours, share) {
  const place = Math.min(share, 1) * (colours.length - 1)
  const first = Math.min(Math.floor(place), colours.length - 2)
  return mix(colours[first], colours[first + 1], place - first)
}

/** Signed bytes -> colours, made once: 127 steps either way. */
const COLOURS = (() => {
  const table = new Uint8ClampedArray(256 * 4)
  for (let step = -128; step < 128; step++) {
    const colour = along(step < 0 ? GLOW.down : GLOW.up, (Math.abs(step) / 127) ** 0.75)
    table.set([...colour, 255], (step & 255) * 4)
  }
  return new Uint32Array(table.buffer)
})()

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer)

/** A map on a canvas: `steps` (bytes, signed) from `start` on. */
function paintMap(canvas, steps, start, width, height) {
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext("2d")
  const pixels = context.createImageData(width, height)
  const colours = new Uint32Array(pixels.data.buffer)
  for (let at = 0; at < width * height; at++) colours[at] = COLOURS[steps[start + at]]
  context.putImageData(pixels, 0, 0)
}

/** A picture on a canvas: one byte a pixel, or three, channel after channel. */
function paintPicture(canvas, { bytes, width, height, channels }) {
  const values = bytesOf(bytes)
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext("2d")
  const pixels = context.createImageData(width, height)
  const size = width * height
  for (let at = 0; at < size; at++) {
    const parts = [0, 1, 2].map((channel) => values[(channels === 3 ? channel * size : 0) + at])
    pixels.data.set([...parts, 255], 4 * at)
  }
  context.putImageData(pixels, 0, 0)
}
