// Where everything lies: columns from left to right, tiles from top to bottom. Arithmetic only; nothing is measured here.

const SHOWN = 6
const HEAD = 46
const FOOT = 26
const PICTURE = { wide: 112, narrow: 84 }
const SCORES = { wide: 236, narrow: 176 }
const TILE = { most: 66, large: 84, least: 40, unit: 30, small: 30, dot: 12 }
const GAP = { between: 8, least: 26, most: 150, small: 3 }
const ASIDE = 14
const BESIDE = 28
const BRIEF = 104
const NARROW = 720
const WIDE = 1500

/** How large the parts are in so much width: all columns fit if they can, else the network is wider than its frame. */
function sizes(width, columns) {
  const narrow = width < NARROW
  const picture = narrow ? PICTURE.narrow : PICTURE.wide
  const scores = narrow ? SCORES.narrow : SCORES.wide
  const room = (width - picture - scores - GAP.least) / columns - GAP.least
  const tile = Math.floor(Math.max(TILE.least, Math.min(width > WIDE ? TILE.large : TILE.most, room)))
  const gap = Math.max(GAP.least, (width - picture - scores - columns * tile) / (columns + 1))
  return { picture, scores, tile, gap: Math.min(gap, GAP.most) }
}

/** The tiles of a column, `shown` of them one below the other or, where it is unfolded, all in a block: { x, y, w, h } each. */
function columnBoxes(units, shown, unfolded, tile, height) {
  const [w, h] = units ? [tile, TILE.unit] : [tile, tile]
  if (!unfolded) {
    const step = h + GAP.between
    const top = HEAD + Math.max(0, (height - shown * step) / 2)
    return { width: w, boxes: Array.from({ length: shown }, (_, at) => ({ x: 0, y: top + at * step, w, h })) }
  }
  const side = units ? TILE.dot : TILE.small
  const step = side + GAP.small
  const rows = Math.max(1, Math.floor(height / step))
  const across = Math.ceil(shown / rows)
  const boxes = Array.from({ length: shown }, (_, at) => ({ x: (at % across) * step, y: HEAD + Math.floor(at / across) * step, w: side, h: side }))
  return { width: across * step, boxes }
}

/** A curve from the right edge of one box to the left edge of another. */
function curve(from, to) {
  const [x0, y0, x1, y1] = [from.x + from.w, from.y + from.h / 2, to.x, to.y + to.h / 2]
  const half = (x1 - x0) / 2
  return `M${x0} ${y0}C${x0 + half} ${y0} ${x1 - half} ${y1} ${x1} ${y1}`
}
