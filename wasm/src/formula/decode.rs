//! Specs from data that has fields by name: JavaScript's values, or JSON in tests. Names are those of
//! `src/kernels/formula.ts`.

use super::spec::{
    Along, Equals, ModelStock, Nuslerp, Random, Ratio, Rescale, Rounding, Scalars, Select, Slerp,
    Spec, Sum, TaskVectors, Tensor, Term, WithoutTop,
};
use crate::dtype::Dtype;
use crate::error::KernelError;

/// A value that may have fields.
pub trait Data: Sized {
    /// The field of a name, unless there is none or it is null.
    fn field(&self, name: &str) -> Option<Self>;
    /// The value as a number.
    fn number(&self) -> Option<f64>;
    /// The value as a truth value.
    fn flag(&self) -> Option<bool>;
    /// The value as text.
    fn text(&self) -> Option<String>;
    /// The value as a list.
    fn items(&self) -> Option<Vec<Self>>;
}

type Choices<T> = &'static [(&'static str, T)];

/// A value with which a refusal can say which field was meant.
struct Fields<'a, D>(&'a D);

impl<D: Data> Fields<'_, D> {
    fn get<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        read: impl Fn(&D) -> Option<T>,
    ) -> Result<T, KernelError> {
        let value = self.0.field(name);
        value.and_then(|value| read(&value)).ok_or(KernelError::Field { name, expected })
    }

    fn number(&self, name: &'static str) -> Result<f64, KernelError> {
        self.get(name, "a number", D::number)
    }

    fn count(&self, name: &'static str) -> Result<usize, KernelError> {
        let whole = |number: &f64| number.fract() == 0.0 && (0.0..4_294_967_296.0).contains(number);
        self.get(name, "a number of elements below 2^32", |value| value.number().filter(whole))
            .map(|number| number as usize)
    }

    fn flag(&self, name: &'static str) -> Result<bool, KernelError> {
        self.get(name, "true or false", D::flag)
    }

    fn text(&self, name: &'static str) -> Result<String, KernelError> {
        self.get(name, "a text", D::text)
    }

    fn choice<T: Copy>(&self, name: &'static str, choices: Choices<T>) -> Result<T, KernelError> {
        self.get(name, "one of the names that there are", |value| {
            let text = value.text()?;
            choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice)
        })
    }

    fn items(&self, name: &'static str) -> Result<Vec<D>, KernelError> {
        self.get(name, "a list", D::items)
    }

    fn work(&self) -> Result<Dtype, KernelError> {
        self.choice("work", &[("F32", Dtype::F32), ("F16", Dtype::F16), ("BF16", Dtype::BF16)])
    }

    fn along(&self) -> Result<Along, KernelError> {
        let choices = &[("all", Along::All), ("rows", Along::Rows), ("columns", Along::Columns)];
        self.choice("along", choices)
    }
}

/// A `FormulaTensor`.
///
/// # Errors
/// [`KernelError::Field`].
pub fn tensor(data: &impl Data) -> Result<Tensor, KernelError> {
    let fields = Fields(data);
    Ok(Tensor { elements: fields.count("elements")?, row: fields.count("row")? })
}

/// A `FormulaSpec`.
///
/// # Errors
/// [`KernelError::Field`].
pub fn spec(data: &impl Data) -> Result<Spec, KernelError> {
    let fields = Fields(data);
    match fields.text("kind")?.as_str() {
        "sum" => sum(&fields).map(Spec::Sum),
        "slerp" => slerp(&fields).map(Spec::Slerp),
        "nuslerp" => nuslerp(&fields).map(Spec::Nuslerp),
        "model-stock" => model_stock(&fields).map(Spec::ModelStock),
        "task-vectors" => task_vectors(&fields).map(Spec::TaskVectors),
        _ => Err(KernelError::Field { name: "kind", expected: "that of a formula" }),
    }
}

fn sum(fields: &Fields<impl Data>) -> Result<Sum, KernelError> {
    let weights = fields.items("weights")?.iter().map(Data::number).collect::<Option<_>>();
    Ok(Sum {
        work: fields.work()?,
        weights: weights.ok_or(KernelError::Field { name: "weights", expected: "numbers" })?,
        rounding: fields.choice(
            "rounding",
            &[
                ("once", Rounding::Once),
                ("fused", Rounding::Fused),
                ("stepwise", Rounding::Stepwise),
            ],
        )?,
        divide: fields.flag("divide")?,
    })
}

fn slerp(fields: &Fields<impl Data>) -> Result<Slerp, KernelError> {
    Ok(Slerp {
        work: fields.work()?,
        t: fields.number("t")?,
        scalars: fields.choice(
            "scalars",
            &[
                ("numpy1", Scalars::Numpy1),
                ("numpy2", Scalars::Numpy2),
                ("torch", Scalars::Torch),
                ("precise", Scalars::Precise),
            ],
        )?,
    })
}

fn nuslerp(fields: &Fields<impl Data>) -> Result<Nuslerp, KernelError> {
    Ok(Nuslerp {
        work: fields.work()?,
        t: fields.number("t")?,
        base: fields.flag("base")?,
        along: fields.along()?,
    })
}

fn model_stock(fields: &Fields<impl Data>) -> Result<ModelStock, KernelError> {
    Ok(ModelStock {
        work: fields.work()?,
        along: fields.along()?,
        ratio: fields.choice("ratio", &[("two", Ratio::Two), ("count", Ratio::Count)])?,
        guard: fields.flag("guard")?,
    })
}

fn task_vectors(fields: &Fields<impl Data>) -> Result<TaskVectors, KernelError> {
    let terms = fields.items("terms")?;
    Ok(TaskVectors {
        work: fields.work()?,
        terms: terms.iter().map(|item| term(&Fields(item))).collect::<Result<_, _>>()?,
        select: fields.choice(
            "select",
            &[
                ("none", Select::None),
                ("magnitude", Select::Magnitude),
                ("outliers", Select::Outliers),
                ("random", Select::Random),
                ("magprune", Select::Magprune),
            ],
        )?,
        rescale: fields.choice(
            "rescale",
            &[
                ("none", Rescale::None),
                ("l1", Rescale::L1),
                ("density", Rescale::Density),
                ("probability", Rescale::Probability),
            ],
        )?,
        rescale_threshold: fields.number("rescaleThreshold")?,
        consensus: fields.flag("consensus")?,
        normalize: fields.flag("normalize")?,
        lambda: fields.number("lambda")?,
        equals: fields.choice(
            "equals",
            &[("sort", Equals::Sort), ("partial", Equals::Partial), ("index", Equals::Index)],
        )?,
        keep_one: fields.flag("keepOne")?,
        without_top: fields.choice(
            "withoutTop",
            &[("nothing", WithoutTop::Nothing), ("share", WithoutTop::Share)],
        )?,
        random: fields.0.field("random").map(|data| random(&Fields(&data))).transpose()?,
    })
}

fn term(fields: &Fields<impl Data>) -> Result<Term, KernelError> {
    Ok(Term {
        weight: fields.number("weight")?,
        density: fields.number("density")?,
        gamma: fields.number("gamma")?,
        epsilon: fields.number("epsilon")?,
        draws: fields.0.field("draws").map(|_| fields.number("draws")).transpose()?,
    })
}

fn random(fields: &Fields<impl Data>) -> Result<Random, KernelError> {
    let seed = fields.number("seed")?;
    match fields.text("kind")?.as_str() {
        "mt19937" => Ok(Random::Mt19937 { seed }),
        "counter" => Ok(Random::Counter { seed, key: fields.text("key")? }),
        _ => Err(KernelError::Field { name: "random", expected: "a source that there is" }),
    }
}
