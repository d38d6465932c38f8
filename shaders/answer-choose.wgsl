// The next token of each line, chosen where the logits are: a token takes no round trip. Numbers are compared by their
// bits, so that a NaN is seen whatever a compiler assumes of them: above every number, and told to the host.

// Unsigned numbers in the order of floats; both zeros are one.
fn order_of(bits: u32) -> u32 {
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
  if ((bits & 0x7fffffffu) == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

//#if ENTRY == answer_best
// best [line, chunks]: (order of the largest logit, its index) of every CHUNK of a row; the lowest index on a tie.
// Where tokens are drawn, what they are counted in is emptied, too.
struct Params { lines: u32, V: u32, chunks: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> logits: array<u32>;
@group(0) @binding(2) var<storage, read_write> best: array<vec2<u32>>;
//#if EMPTIES
@group(0) @binding(3) var<storage, read_write> bins: array<u32>;
//#end

//#if LANES == 64
var<workgroup> found: array<vec2<u32>, 64>;
//#end

@compute @workgroup_size(${GROUP})
fn answer_best(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
               @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.lines * p.chunks) { return; }
  //#if EMPTIES
  for (var i = row * ${LANES}u + lane; i < arrayLength(&bins); i += p.lines * p.chunks * ${LANES}u) { bins[i] = 0u; }
  //#end
  let line = row / p.chunks * p.V;
  let to = min(row % p.chunks * ${CHUNK}u + ${CHUNK}u, p.V);
  var top = vec2<u32>(0u, 0xffffffffu);
  for (var i = row % p.chunks * ${CHUNK}u + lane; i < to; i += ${LANES}u) {
    let order = order_of(logits[line + i]);
    if (order > top.x) { top = vec2<u32>(order, i); }
  }
  //#if LANES == 64
  found[lane] = top;
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var i = 1u; i < 64u; i++) {
    let other = found[i];
    if (other.x > top.x || (other.x == top.x && other.y < top.y)) { top = other; }
  }
  //#end
  best[row] = top;
}
//#end

//#if ENTRY == answer_choose
// ids and tokens [first + line] = the row's arg max, and the line moves on by one place. Where the largest logit is not
// finite, `tokens` is ~0 and the token stays.
struct Params { lines: u32, chunks: u32, first: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> best: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> rows: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> ids: array<i32>;
@group(0) @binding(4) var<storage, read_write> tokens: array<u32>;

@compute @workgroup_size(64)
fn answer_choose(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= p.lines) { return; }
  let line = p.first + id.x;
  var top = best[id.x * p.chunks];
  for (var i = 1u; i < p.chunks; i++) {
    let other = best[id.x * p.chunks + i];
    if (other.x > top.x) { top = other; }
  }
  let place = rows[line];
  rows[line] = vec4<u32>(place.x, min(place.y + 1u, place.z), place.zw);
  // From +infinity on, and -infinity alone.
  if (top.x >= 0xff800000u || top.x <= 0x007fffffu) {
    tokens[line] = 0xffffffffu;
    return;
  }
  tokens[line] = top.y;
  ids[line] = i32(top.y);
}
//#end
