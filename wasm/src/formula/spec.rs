//! What a plan says of a formula: the data that `src/kernels/formula.ts` describes, field by field.

use crate::dtype::Dtype;

/// What a formula has to know of the tensor.
#[derive(Clone, Copy, Debug)]
pub struct Tensor {
    /// Elements of the tensor.
    pub elements: usize,
    /// Elements per row: the last dimension.
    pub row: usize,
}

/// What is done to one tensor.
#[derive(Clone, Debug)]
pub enum Spec {
    /// A weighted sum.
    Sum(Sum),
    /// Spherical interpolation of two tensors.
    Slerp(Slerp),
    /// Spherical interpolation of vectors or of their distances from a base.
    Nuslerp(Nuslerp),
    /// The models' average, drawn back towards the base.
    ModelStock(ModelStock),
    /// Sums of thinned-out task vectors.
    TaskVectors(TaskVectors),
}

/// Σ wᵢ·xᵢ.
#[derive(Clone, Debug)]
pub struct Sum {
    /// The dtype that the result is rounded to.
    pub work: Dtype,
    /// One per input.
    pub weights: Vec<f64>,
    /// Where it is rounded.
    pub rounding: Rounding,
    /// Whether the sum is divided by that of the weights.
    pub divide: bool,
}

/// Where a weighted sum is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// float32 products and sums, each rounded.
    Once,
    /// acc = fma(x, w, acc) in float32.
    Fused,
    /// Weights, products and the float32 sum rounded to `work`.
    Stepwise,
}

/// Spherical interpolation of two tensors: t = 0, t = 1.
#[derive(Clone, Debug)]
pub struct Slerp {
    /// The dtype that the result is rounded to.
    pub work: Dtype,
    /// The share of the way.
    pub t: f64,
    /// In which numbers the coefficients are taken.
    pub scalars: Scalars,
}

/// In which numbers slerp's angle and coefficients are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalars {
    /// float64, from float32 norms: `NumPy` before 2.
    Numpy1,
    /// float32: `NumPy` 2.
    Numpy2,
    /// float32, in the form sin((1−t)θ): mergekit 0.1.5.
    Torch,
    /// float64.
    Precise,
}

/// What counts as one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// The whole tensor.
    All,
    /// Each row: the last dimension.
    Rows,
    /// Each column.
    Columns,
}

/// `NuSLERP`. Inputs: the base if there is one, then the two models.
#[derive(Clone, Debug)]
pub struct Nuslerp {
    /// The dtype of every operation.
    pub work: Dtype,
    /// Share of the second model.
    pub t: f64,
    /// Whether the first input is a base.
    pub base: bool,
    /// What counts as one vector.
    pub along: Along,
}

/// Model Stock. Inputs: the base, then the models.
#[derive(Clone, Debug)]
pub struct ModelStock {
    /// The dtype of every operation.
    pub work: Dtype,
    /// One ratio for the tensor or for each row.
    pub along: Along,
    /// The ratio's formula.
    pub ratio: Ratio,
    /// Whether a denominator of a size below 1e-6 makes the ratio 0.
    pub guard: bool,
}

/// Model Stock's ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ratio {
    /// 2c/(1+c).
    Two,
    /// N·c/(1+(N−1)c).
    Count,
}

/// Sums of thinned-out task vectors. Inputs: the base, then one per term.
#[derive(Clone, Debug)]
pub struct TaskVectors {
    /// The dtype of every operation.
    pub work: Dtype,
    /// One per model.
    pub terms: Vec<Term>,
    /// How elements are chosen.
    pub select: Select,
    /// What makes up for dropped elements.
    pub rescale: Rescale,
    /// L1 norms below this are not matched.
    pub rescale_threshold: f64,
    /// Whether elements of the other sign are dropped.
    pub consensus: bool,
    /// Whether the sum is divided by that of the weights.
    pub normalize: bool,
    /// What the sum is multiplied by.
    pub lambda: f64,
    /// Which of equal magnitudes survive.
    pub equals: Equals,
    /// A density that keeps nothing keeps one element all the same.
    pub keep_one: bool,
    /// What `Select::Outliers` does where γ removes nothing.
    pub without_top: WithoutTop,
    /// Where random numbers come from.
    pub random: Option<Random>,
}

/// One model's task vector.
#[derive(Clone, Debug)]
pub struct Term {
    /// What it is multiplied by.
    pub weight: f64,
    /// Share of elements kept.
    pub density: f64,
    /// Share of the largest that are dropped.
    pub gamma: f64,
    /// Half the width of della's probabilities.
    pub epsilon: f64,
    /// Place of the first draw in the run's stream.
    pub draws: Option<f64>,
}

/// How elements are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// All of them.
    None,
    /// The largest.
    Magnitude,
    /// The largest but for the outliers.
    Outliers,
    /// At random.
    Random,
    /// At random, the larger the likelier.
    Magprune,
}

/// What makes up for dropped elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rescale {
    /// Nothing.
    None,
    /// The ratio of L1 norms.
    L1,
    /// One over the density.
    Density,
    /// One over each element's probability.
    Probability,
}

/// Which of equal magnitudes survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equals {
    /// In the order of a full `std::sort`.
    Sort,
    /// By `torch.topk`'s partial selection.
    Partial,
    /// Those of the lowest indices.
    Index,
}

/// What breadcrumbs does where γ removes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutTop {
    /// The whole vector goes.
    Nothing,
    /// Its share stays.
    Share,
}

/// Where random numbers come from.
#[derive(Clone, Debug)]
pub enum Random {
    /// torch's CPU generator, one stream for the run; the low 32 bits of the seed count.
    Mt19937 {
        /// The seed.
        seed: f64,
    },
    /// A generator for each tensor.
    Counter {
        /// The seed.
        seed: f64,
        /// What tells the tensor from others.
        key: String,
    },
}

/// What came of a formula's passes, to be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Of slerp and nuslerp over whole tensors.
    pub angle: Option<Angle>,
    /// Per term, elements kept; empty where nothing is thinned out.
    pub kept: Vec<f64>,
    /// Of model stock over whole tensors.
    pub ratio: Option<f64>,
    /// Weights of the plain sum that the formula came down to.
    pub weights: Option<Vec<f64>>,
}

/// The angle between two tensors and what was made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Angle {
    /// Share of the way.
    pub t: f64,
    /// Cosine of the angle.
    pub cosine: f64,
    /// `great-circle` or `linear`.
    pub branch: &'static str,
    /// Coefficient of the first.
    pub w0: f64,
    /// Coefficient of the second.
    pub w1: f64,
}
