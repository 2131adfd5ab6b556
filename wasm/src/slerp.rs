//! The weights of a spherical linear interpolation, from inner products alone.
//!
//! Source: K. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985, with the
//! thresholds of mergekit's `slerp` (`mergekit/merge_methods/slerp.py`, commit a6e4028). The
//! vectors are normalised for the angle only; the weights are applied to the vectors as they are.

use crate::error::KernelError;

/// A vector whose norm is not above this is not normalised (mergekit: `eps=1e-8`).
pub const MIN_NORM: f64 = 1e-8;

/// Vectors whose cosine is further from 0 than this are averaged (mergekit: `DOT_THRESHOLD`).
pub const LINEAR_ABOVE: f64 = 0.9995;

/// What slerp makes of two vectors and a t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Of the first vector, where t = 0.
    pub w0: f32,
    /// Of the second vector, where t = 1.
    pub w1: f32,
    /// The cosine of the angle between the vectors, within [-1, 1].
    pub cosine: f64,
    /// The angle in radians.
    pub theta: f64,
    /// Whether the vectors are averaged instead.
    pub linear: bool,
}

/// The weights for `gram` = [v0·v0, v0·v1, v1·v1]: sin((1-t)θ)/sin θ and sin(tθ)/sin θ, or 1-t and t
/// where |cos θ| > 0.9995. All in f64, with one rounding to f32 at the end.
///
/// Any t is taken: outside [0, 1] the arc is continued. A zero vector counts as orthogonal to every
/// other. A NaN among the numbers makes the weights NaN.
///
/// # Errors
/// Where there are not exactly three products.
pub fn weights(gram: &[f64], t: f64) -> Result<Weights, KernelError> {
    let &[aa, ab, bb] = gram else {
        return Err(KernelError::GramSize { numbers: gram.len() });
    };
    let cosine = (ab / (scale(aa) * scale(bb))).clamp(-1.0, 1.0);
    let theta = libm::acos(cosine);
    let linear = cosine.abs() > LINEAR_ABOVE;
    let (w0, w1) = if linear {
        (1.0 - t, t)
    } else {
        let sine = libm::sin(theta);
        (libm::sin((1.0 - t) * theta) / sine, libm::sin(t * theta) / sine)
    };
    Ok(Weights { w0: w0 as f32, w1: w1 as f32, cosine, theta, linear })
}

/// What a vector of this squared norm is divided by.
fn scale(square: f64) -> f64 {
    let norm = square.sqrt();
    if norm <= MIN_NORM { 1.0 } else { norm }
}
