//! The table of forms `name(...)` that denote values.

use super::Group;

/// Sorts of values; bits, so that a set of them is their sum.
pub(super) mod sort {
    pub const OTHER: u8 = 0;
    pub const INTEGER: u8 = 1;
    pub const TEXT: u8 = 2;
    pub const BYTES: u8 = 4;
    pub const LIST: u8 = 8;
    pub const SET: u8 = 16;
    pub const DICT: u8 = 32;
}

/// A form `name(...)` that a board's `repr` prints.
pub(super) struct Form {
    pub name: &'static str,
    pub group: Group<'static>,
    /// The sorts that each argument may have.
    pub arguments: &'static [u8],
    /// How many arguments there are at least.
    pub required: usize,
}

const fn form(name: &'static str, group: Group<'static>, arguments: &'static [u8], required: usize) -> Form {
    Form { name, group, arguments, required }
}

/// What MicroPython and CircuitPython print for values that no literal denotes. Any other `name(...)` is a
/// named tuple, and has fields.
pub(super) static FORMS: [Form; 9] = [
    form("bytearray", Group::Bytearray, &[sort::BYTES], 1),
    form("range", Group::Range, &[sort::INTEGER; 3], 2),
    form("array", Group::Array, &[sort::TEXT, sort::LIST], 1),
    form("set", Group::Set, &[], 0),
    form("frozenset", Group::Frozenset, &[sort::SET], 0),
    form("OrderedDict", Group::OrderedDict, &[sort::DICT | sort::LIST], 0),
    form("dict_keys", Group::List, &[sort::LIST], 1),
    form("dict_values", Group::List, &[sort::LIST], 1),
    form("dict_items", Group::List, &[sort::LIST], 1),
];
