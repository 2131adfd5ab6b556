//! Which vectors a tensor is cut into, sums over each of them, and numbers that each of them has.
//!
//! The order of a sum is part of the contract. Along a row (or the whole tensor), element `j` goes to
//! lane `j mod 8`; each lane adds its terms from the first to the last, and the eight sums are added
//! as [`F64x8::total`] says. Down a column, terms are added from the first row to the last. So
//! nothing depends on the chunks that a tensor comes in, which need not end where a row does.

use super::spec::{Along, Tensor};
use crate::error::KernelError;
use crate::inputs::buffer;
use crate::lanes::{F32x8, F64x8, LANES};

/// The vectors of a tensor.
#[derive(Clone, Copy)]
pub enum Vectors {
    /// Runs of so many elements.
    Rows(usize),
    /// Elements that are so many apart.
    Columns(usize),
}

impl Vectors {
    /// A tensor of one row is one vector, whatever its vectors lie along.
    pub fn new(along: Along, Tensor { elements, row }: Tensor) -> Self {
        match along {
            Along::Columns if row < elements => Self::Columns(row),
            Along::Rows if row > 0 => Self::Rows(row),
            _ => Self::Rows(elements.max(1)),
        }
    }

    /// The vector of an element, and how many elements from it on belong to vectors in a run: to the
    /// same one in rows, to the following ones in columns.
    fn place(self, element: usize) -> (usize, usize) {
        match self {
            Self::Rows(row) => (element / row, row - element % row),
            Self::Columns(row) => (element % row, row - element % row),
        }
    }

    /// The vector of an element.
    fn of(self, element: usize) -> usize {
        self.place(element).0
    }

    fn count(self, elements: usize) -> usize {
        match self {
            Self::Rows(row) => elements.div_ceil(row),
            Self::Columns(row) => row,
        }
    }
}

/// A float64 sum of products for each vector, as far as the tensor has come.
pub struct Sums {
    vectors: Vectors,
    /// Elements that are in.
    elements: usize,
    /// Sums of rows that are complete, or of all columns.
    sums: Vec<f64>,
    /// The sum of the present row.
    open: F64x8,
}

impl Sums {
    /// Sums of nothing.
    ///
    /// # Errors
    /// Where there is no memory for one number per vector.
    pub fn new(vectors: Vectors, tensor: Tensor) -> Result<Self, KernelError> {
        let mut sums = buffer(vectors.count(tensor.elements), 0.0)?;
        if let Vectors::Rows(_) = vectors {
            sums.clear();
        }
        Ok(Self { vectors, elements: 0, sums, open: F64x8::zero() })
    }

    /// Adds the products of so many elements that follow, which are exact in float64. Lanes beyond
    /// them are left out.
    pub fn add(&mut self, a: &[F32x8], b: &[F32x8], elements: usize) {
        match self.vectors {
            Vectors::Rows(row) => self.add_rows(row, a, b, elements),
            Vectors::Columns(row) => self.add_columns(row, a, b, elements),
        }
        self.elements += elements;
    }

    fn add_rows(&mut self, row: usize, a: &[F32x8], b: &[F32x8], elements: usize) {
        let mut column = self.elements % row;
        let mut left = elements;
        for (a, b) in a.iter().zip(b) {
            let group = left.min(LANES);
            left -= group;
            if column.is_multiple_of(LANES) && column + group <= row && group == LANES {
                self.open = self.open.add_product(a.widen(), b.widen());
                column += LANES;
                if column == row {
                    self.close();
                    column = 0;
                }
                continue;
            }
            for (a, b) in a.to_array().into_iter().zip(b.to_array()).take(group) {
                let mut lanes = self.open.to_array();
                lanes[column % LANES] += f64::from(a) * f64::from(b);
                self.open = F64x8::from_array(lanes);
                column += 1;
                if column == row {
                    self.close();
                    column = 0;
                }
            }
        }
    }

    fn close(&mut self) {
        self.sums.push(self.open.total());
        self.open = F64x8::zero();
    }

    fn add_columns(&mut self, row: usize, a: &[F32x8], b: &[F32x8], elements: usize) {
        let mut column = self.elements % row;
        let pairs = a.iter().zip(b).flat_map(|(a, b)| a.to_array().into_iter().zip(b.to_array()));
        for (a, b) in pairs.take(elements) {
            self.sums[column] += f64::from(a) * f64::from(b);
            column += 1;
            if column == row {
                column = 0;
            }
        }
    }

    /// The sums once the whole tensor is in; nothing stays behind.
    pub fn take(&mut self) -> Vec<f64> {
        std::mem::take(&mut self.sums)
    }
}

/// Some numbers for each vector, `N` of a kind.
pub struct Numbers<const N: usize> {
    vectors: Vectors,
    list: Vec<[f32; N]>,
}

impl<const N: usize> Numbers<N> {
    /// Numbers in the order of the vectors.
    pub const fn new(vectors: Vectors, list: Vec<[f32; N]>) -> Self {
        Self { vectors, list }
    }

    /// Those of the first vector.
    pub fn first(&self) -> Option<&[f32; N]> {
        self.list.first()
    }

    /// The numbers of eight elements' vectors from `element` on.
    #[inline(always)]
    pub fn at(&self, element: usize) -> [F32x8; N] {
        if let [only] = self.list[..] {
            return only.map(F32x8::splat);
        }
        let (vector, run) = self.vectors.place(element);
        if let (Vectors::Rows(_), true, Some(numbers)) =
            (self.vectors, run >= LANES, self.list.get(vector))
        {
            return numbers.map(F32x8::splat);
        }
        let list: [[f32; N]; LANES] = std::array::from_fn(|lane| {
            let vector = self.vectors.of(element + lane);
            self.list.get(vector).copied().unwrap_or([0.0; N])
        });
        std::array::from_fn(|i| F32x8::from_array(std::array::from_fn(|lane| list[lane][i])))
    }
}
