// Numbers as they are written, and the colours that stand for them. No sentence here: texts come as data.

const MINUS = "\u2212"

/** A number with so many decimals at most, no zeros at the end, a true minus sign; null is minus infinity. */
function written(value, decimals = 3) {
  if (value === null) return `${MINUS}\u221e`
  const text = value.toFixed(decimals)
  const short = text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text
  return (short === "-0" ? "0" : short).replace("-", MINUS)
}

/** The same for a small cell: about three digits. */
function brief(value) {
  const size = Math.abs(value ?? 0)
  return written(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3)
}

/** What somebody typed as a number, with a comma or a true minus sign too; null where it is none. */
function typed(text) {
  const value = Number(text.trim().replace(",", ".").replace(MINUS, "-"))
  return text.trim() && Number.isFinite(value) ? value : null
}

/** A text with its {names} replaced by values. */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])

// Orange below zero, blue above: told apart with any colour vision. The middle is the page's own ground.
const SIGNED = {
  light: { negative: [179, 88, 6], zero: [250, 250, 250], positive: [33, 102, 172] },
  dark: { negative: [240, 150, 70], zero: [32, 39, 45], positive: [110, 175, 240] },
}
const PAD = { light: [214, 221, 226], dark: [66, 76, 84] }

const mix = (from, to, share) => from.map((part, place) => Math.round(part + (to[place] - part) * share))

/** A signed number's colour: the further from zero, the stronger. */
function signedColour(value, limit, theme) {
  const { negative, zero, positive } = SIGNED[theme]
  const share = limit > 0 ? Math.min(1, Math.abs(value) / limit) : 0
  return mix(zero, value < 0 ? negative : positive, share)
}

/** A brightness as grey: `low` is black, `high` is white; null (no pixel) is neither. */
function greyColour(value, low, high, theme) {
  if (value === null) return PAD[theme]
  const level = Math.round(255 * Math.max(0, Math.min(1, (value - low) / (high - low))))
  return [level, level, level]
}

const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`

/** Black or white, whichever is easier to read on the colour (WCAG relative luminance). */
function inkOn(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff"
}

/** Whether the page around is light or dark, by its ground. */
function themeOf(element) {
  const ground = getComputedStyle(element).getPropertyValue("--st-background-color").trim()
  const parts = ground.startsWith("#")
    ? [1, 3, 5].map((place) => parseInt(ground.slice(place, place + 2), 16))
    : (ground.match(/\d+/g) ?? [255, 255, 255]).slice(0, 3).map(Number)
  return inkOn(parts) === "#000" ? "light" : "dark"
}

/** A new element with a class and attributes. */
function make(tag, name = "", attributes = {}) {
  const element = document.createElement(tag)
  if (name) element.className = name
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}
