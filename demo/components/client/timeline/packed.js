// Numbers as the server packs them, and bytes as a picture.

const bytesOf = (text) => Uint8Array.from(atob(text ?? ""), (letter) => letter.charCodeAt(0))

/** Counts: two bytes each where they fit, else four. */
function countsOf(text, cells) {
  const raw = bytesOf(text)
  return raw.length === 2 * cells ? [...new Uint16Array(raw.buffer)] : [...new Uint32Array(raw.buffer)]
}

/** A canvas with bytes (C, H, W) painted one pixel each. */
function painted(canvas, pixels, channels, height, width) {
  Object.assign(canvas, { width, height })
  const context = canvas.getContext("2d")
  const image = context.createImageData(width, height)
  const size = width * height
  for (let at = 0; at < size; at++) {
    const [red, green, blue] = channels === 1 ? Array(3).fill(pixels[at]) : [0, 1, 2].map((channel) => pixels[channel * size + at])
    image.data.set([red, green, blue, 255], 4 * at)
  }
  context.putImageData(image, 0, 0)
}
