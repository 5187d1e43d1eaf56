// A picture made smaller and larger again, as the server does it (core/images/resampling.py, "bilinear"): each new pixel is
// a mix of the two nearest in a row and in a column, rounded to a level. Nothing is asked of the server.

/** From which two pixels, and how much of the second, each of `to` pixels is mixed out of `from`. */
function mixes(from, to) {
  return Array.from({ length: to }, (_, place) => {
    const at = Math.max(0, ((place + 0.5) * from) / to - 0.5)
    const first = Math.floor(at)
    return [first, Math.min(first + 1, from - 1), at - first]
  })
}

/** Bytes (side, side, 3) at another side. */
function resized(pixels, side, to) {
  if (side === to) return pixels
  const places = mixes(side, to)
  const result = new Uint8ClampedArray(3 * to * to)
  places.forEach(([above, below, down], row) =>
    places.forEach(([left, right, along], column) => {
      for (let colour = 0; colour < 3; colour++) {
        const at = (line, place) => pixels[3 * (line * side + place) + colour]
        const upper = at(above, left) * (1 - along) + at(above, right) * along
        const lower = at(below, left) * (1 - along) + at(below, right) * along
        result[3 * (row * to + column) + colour] = upper * (1 - down) + lower * down // rounded as the server does: halves to even
      }
    }),
  )
  return result
}

/** Draws bytes (side, side, 3), one pixel of the canvas each; how large a pixel is on the screen is the style's. */
function paint(canvas, pixels, side) {
  canvas.width = canvas.height = side
  const image = canvas.getContext("2d").createImageData(side, side)
  for (let at = 0; at < side * side; at++) image.data.set([pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2], 255], 4 * at)
  canvas.getContext("2d").putImageData(image, 0, 0)
}
