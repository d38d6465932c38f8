// RMSNorm over rows of C elements, one workgroup a row. Llama's order: normalise in f32, then multiply by the weight.
// With ADD the row is first x + delta, which is stored to x_out: the residual stream and its norm in one pass.

// pitch: elements from row to row of what is written: y, or dx.
struct Params { rows: u32, C: u32, pitch: u32, eps: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<${T_x}>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;

//#if ENTRY == rmsnorm_forward
@group(0) @binding(3) var<storage, read_write> y: array<${T_y}>;
//#if ADD
@group(0) @binding(4) var<storage, read> delta: array<${T_delta}>;
@group(0) @binding(5) var<storage, read_write> x_out: array<${T_x_out}>;
//#end

@compute @workgroup_size(${GROUP})
fn rmsnorm_forward(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                   @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.rows) { return; }
  let at = row * p.C;
  var squares = 0.0;
  for (var i = lane; i < p.C; i += ${LANES}u) {
    //#if ADD
    let v = f32(x[at + i]) + f32(delta[at + i]);
    x_out[at + i] = ${T_x_out}(v);
    //#else
    let v = f32(x[at + i]);
    //#end
    squares += v * v;
  }
  let rstd = inverseSqrt(workgroup_sum2(vec2<f32>(squares, 0.0), lane).x / f32(p.C) + p.eps);
  for (var i = lane; i < p.C; i += ${LANES}u) {
    //#if ADD
    let v = f32(x[at + i]) + f32(delta[at + i]);
    //#else
    let v = f32(x[at + i]);
    //#end
    y[row * p.pitch + i] = ${T_y}(weight[i] * (v * rstd));
  }
}
//#end

//#if ENTRY == rmsnorm_backward
// dx (+)= rstd * (dy w - x rstd^2 mean(dy w x)). With ACC it adds to dx: the gradient that came along the residual.
// With AGAIN dy, once read, becomes the forward pass's y: the adapters' gradients want it.
//#if AGAIN
@group(0) @binding(3) var<storage, read_write> dy: array<${T_dy}>;
//#else
@group(0) @binding(3) var<storage, read> dy: array<${T_dy}>;
//#end
@group(0) @binding(4) var<storage, read_write> dx: array<${T_dx}>;

@compute @workgroup_size(${GROUP})
fn rmsnorm_backward(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                    @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.rows) { return; }
  let at = row * p.C;
  var sums = vec2<f32>(0.0);
  for (var i = lane; i < p.C; i += ${LANES}u) {
    let v = f32(x[at + i]);
    sums += vec2<f32>(v * v, f32(dy[at + i]) * weight[i] * v);
  }
  sums = workgroup_sum2(sums, lane) / f32(p.C);
  let rstd = inverseSqrt(sums.x + p.eps);
  let pull = rstd * rstd * sums.y;
  for (var i = lane; i < p.C; i += ${LANES}u) {
    let g = rstd * (f32(dy[at + i]) * weight[i] - f32(x[at + i]) * pull);
    let to = row * p.pitch + i;
    //#if ACC
    dx[to] = ${T_dx}(f32(dx[to]) + g);
    //#else
    dx[to] = ${T_dx}(g);
    //#end
    //#if AGAIN
    dy[at + i] = ${T_dy}(weight[i] * (f32(x[at + i]) * rstd));
    //#end
  }
}
//#end
