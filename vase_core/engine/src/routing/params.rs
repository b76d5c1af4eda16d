//! What the parameters of a path became.

use smallvec::SmallVec;

/// The converted parameters of a path, in its order; up to four need no heap.
pub type Params = SmallVec<[Value; 4]>;

/// One converted parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number of 64 bits.
    Int(i64),
    /// A larger one: digits without leading zeros, perhaps after a minus.
    BigInt(String),
    /// A finite number.
    Float(f64),
    /// A decimal number, as it was written.
    Decimal(String),
    /// A UUID.
    Uuid(u128),
    /// A day that exists.
    Date {
        /// The year, 1 to 9999.
        y: u16,
        /// The month, 1 to 12.
        m: u8,
        /// The day, from 1.
        d: u8,
    },
    /// An instant in one form of RFC 3339, already checked: `T` between day and time, a fraction of
    /// at most six digits, the offset as `+00:00` and never `Z`; no offset for a local time.
    DateTime(String),
    /// Text: of a str, slug, path, choice or regular expression.
    Text(String),
}
