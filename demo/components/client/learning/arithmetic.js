// The tiny network of core/explain/backpropagation.py, number for number: forward, factors, step. A test compares both.

const SIDE = 3 // of the kernel
const CELLS = 4 // of the feature map, 2 x 2
const GRIDS = { kernel: SIDE * SIDE, sum: CELLS, activation: CELLS }

const copyOf = (parameters) => ({ ...parameters, kernel: [...parameters.kernel] })

/** Where on the picture (4 x 4, flat) the weight `place` of the kernel lies, when the window stands at cell `cell`. */
const pixelUnder = (cell, place) => 4 * (Math.floor(cell / 2) + Math.floor(place / SIDE)) + (cell % 2) + (place % SIDE)

/** Everything that the network computes for a picture of 16 numbers; `target` is the score that it should get. */
function forwardPass(image, parameters, target) {
  const { kernel, bias, weight, output_bias: outputBias } = parameters
  const sums = Array.from({ length: CELLS }, (_, cell) => kernel.reduce((sum, value, place) => sum + value * image[pixelUnder(cell, place)], 0) + bias)
  const activations = sums.map((sum) => Math.max(sum, 0))
  const maximum = Math.max(...activations)
  const score = weight * maximum + outputBias
  return { sums, activations, place: activations.indexOf(maximum), maximum, score, loss: (score - target) ** 2 / 2 }
}

/** The factors of the derivative of the loss by one number, from the loss back to it; `at` counts in a grid. */
function factorsOf(name, at, image, parameters, target) {
  const now = forwardPass(image, parameters, target)
  const error = { name: "error", value: now.score - target }
  if (name === "score") return [error]
  if (name === "output_bias") return [error, { name: "one", value: 1 }]
  if (name === "weight") return [error, { name: "maximum", value: now.maximum }]
  const way = [error, { name: "weight", value: parameters.weight }]
  if (name === "maximum") return way
  const cell = name === "activation" || name === "sum" ? at : now.place
  way.push({ name: "passed", value: cell === now.place ? 1 : 0, cell })
  if (name === "activation") return way
  way.push({ name: "open", value: now.sums[cell] > 0 ? 1 : 0, cell })
  if (name === "sum") return way
  const pixel = pixelUnder(cell, at)
  way.push(name === "kernel" ? { name: "pixel", value: image[pixel], pixel } : { name: "one", value: 1 })
  return way
}

const derivativeOf = (...of) => factorsOf(...of).reduce((product, factor) => product * factor.value, 1)

/** Each parameter's derivative, in the shape of the parameters. */
function gradientsOf(image, parameters, target) {
  const of = (name, at = 0) => derivativeOf(name, at, image, parameters, target)
  return { kernel: parameters.kernel.map((_, place) => of("kernel", place)), bias: of("bias"), weight: of("weight"), output_bias: of("output_bias") }
}

/** One step of gradient descent: each parameter minus the learning rate times its derivative. */
function stepped(parameters, gradients, rate) {
  const moved = (name) => parameters[name] - rate * gradients[name]
  const kernel = parameters.kernel.map((value, place) => value - rate * gradients.kernel[place])
  return { kernel, bias: moved("bias"), weight: moved("weight"), output_bias: moved("output_bias") }
}

/** One parameter's value. */
const valueOf = (parameters, name, at = 0) => (name === "kernel" ? parameters.kernel[at] : parameters[name])

/** The same parameters with another value of one. */
function withValue(parameters, name, at, value) {
  const changed = copyOf(parameters)
  if (name === "kernel") changed.kernel[at] = value
  else changed[name] = value
  return changed
}
