// The numbers of a network on one picture, as the server sends them: which map comes first, and what comes from where.

class Network {
  constructor(data) {
    Object.assign(this, data)
    this.stages = data.stages.map((stage) => ({
      ...stage,
      steps: stage.bytes && bytesOf(stage.bytes),
      shares: stage.shares && floatsOf(stage.shares),
      edges: stage.edges && new Int8Array(bytesOf(stage.edges).buffer),
    }))
    this.chances = softmaxOf(data.scores)
    this.orders = new Map()
  }

  /** The scores are the last stage; the layers with maps or units are those before it. */
  get last() {
    return this.stages.length - 1
  }

  share(stage, number, label) {
    return this.stages[stage].shares[label * this.stages[stage].count + number]
  }

  /** The maps of a stage, those that add most to the score of the class first; the classes, the most probable first. */
  order(stage, label) {
    const key = `${stage} ${stage === this.last ? "" : label}`
    if (!this.orders.has(key)) {
      const by = stage === this.last ? (number) => this.scores[number] : (number) => this.share(stage, number, label)
      const numbers = [...Array(this.stages[stage].count).keys()]
      this.orders.set(key, numbers.sort((one, other) => by(other) - by(one)))
    }
    return this.orders.get(key)
  }

  /** What the products with each map of the stage before add up to: [number, sum] of each that takes part. -1 is the picture. */
  incoming(stage, number) {
    const { edges, each, inputs } = this.stages[stage]
    if (each) return [[number, 1]]
    const sums = Array.from({ length: inputs }, (_, from) => [from, edges[number * inputs + from]])
    return stage ? sums : [[0, sums.reduce((sum, [, value]) => sum + Math.abs(value), 0)]]
  }

  /** The pixels of the picture that a number of a map depends on, as shares of its sides. */
  field(stage, row, column) {
    const { jump, field, start } = this.stages[stage]
    const { width, height } = this.picture
    const along = (place, side) => [start + place * jump, start + place * jump + field].map((edge) => Math.max(0, Math.min(side, edge))) // padding lies outside
    const [left, right] = along(column, width)
    const [top, bottom] = along(row, height)
    return { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height, size: [bottom - top, right - left] }
  }
}

/** Scores -> probabilities. */
function softmaxOf(scores) {
  const most = Math.max(...scores)
  const raised = scores.map((score) => Math.exp(score - most))
  const total = raised.reduce((sum, one) => sum + one, 0)
  return raised.map((one) => one / total)
}

const plus = (value, decimals = 1) => `${value < 0 ? MINUS : "+"}${Math.abs(value).toFixed(decimals)}`
const percentOf = (share) => `${(100 * share).toFixed(1)}%`
