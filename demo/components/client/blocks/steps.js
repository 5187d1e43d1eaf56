// A network as steps: { word, values }. What each kind has comes from the server; a step is spelled as the layer list has it.

/** The text of steps, with every value written: the server knows the short form. */
function spelledSteps(steps, kinds) {
  return steps.map((step) => spelledStep(step, kinds)).join(", ")
}

function spelledStep({ word, values }, kinds) {
  const numbers = kinds[word].fields.map(({ name, option }) => (option ? `${name} ${values[name]}` : `${values[name]}`))
  return [word, ...numbers, ...(kinds[word].activation ? [values.activation] : [])].join(" ")
}

/** A new step of a kind, with its usual values. */
function newStep(word, kinds) {
  const values = Object.fromEntries(kinds[word].fields.map(({ name, usual }) => [name, usual]))
  if (kinds[word].activation) values.activation = kinds[word].activation
  return { word, values }
}

/** The greatest value of a field: a kernel is padded by less than it spans. */
function greatest(step, field) {
  const { size, dilation } = step.values
  return field.name === "padding" ? Math.min(field.high, dilation * (size - 1)) : field.high
}

/** A step with one value changed, and with what no longer goes with it; null where the value is none. */
function changedStep(step, field, value) {
  if (value === null || !(value >= field.low && value <= greatest(step, field))) return null
  if (field.whole && !Number.isInteger(value)) return null
  const values = { ...step.values, [field.name]: value }
  if (field.name === "size" && "stride" in values && step.word !== "conv" && values.stride === step.values.size) values.stride = value
  if (step.word === "conv") values.padding = Math.min(values.padding, values.dilation * (values.size - 1))
  return { ...step, values }
}

/** What stands on a block: its name and what is special about it, in two lines. */
function labelOf({ word, values }, { words, kinds, dropout }) {
  const size = `${values.size}\u00a0×\u00a0${values.size}`
  const more = []
  if (word === "conv") more.push(fill(words.filters_short, values))
  if (word === "conv" && values.stride > 1) more.push(fill(words.stride_short, values))
  if ("stride" in values && word !== "conv" && values.stride !== values.size) more.push(fill(words.stride_short, values))
  if (values.padding > 0) more.push(fill(words.padding_short, values))
  if (values.dilation > 1) more.push(fill(words.dilation_short, values))
  if (word === "dropout") more.push(`${written(100 * (dropout ?? values.rate), 1)}%`)
  if (word === "dense") more.push(written(values.outputs, 0))
  const activation = values.activation && values.activation !== kinds[word].activation ? [words[values.activation]] : []
  return { title: fill(words[`block_${word}`], { ...values, size }), more: [...more, ...activation].join(", ") }
}

/** The steps with one moved, so that it stands before the step that was at `gap`. */
function movedStep(steps, from, gap) {
  const rest = steps.filter((_, place) => place !== from)
  rest.splice(gap > from ? gap - 1 : gap, 0, steps[from])
  return rest
}
