//! The key forms of options, lists, sets and tuples.

use std::collections::BTreeSet;

use super::{KeyBytes, OrderedKey, take_array};

/// Before a value that is there.
pub(crate) const SOME: u8 = 0x01;
/// Instead of one that is not: none sorts last.
const NONE: u8 = 0xFF;
/// After the last element of a list: a shorter list sorts before its continuations.
const END: u8 = 0x00;

impl<T: OrderedKey> OrderedKey for Option<T> {
    fn write_key(&self, out: &mut KeyBytes) {
        match self {
            Some(value) => {
                out.push(SOME);
                value.write_key(out);
            }
            None => out.push(NONE),
        }
    }

    fn write_key_descending(&self, out: &mut KeyBytes) {
        match self {
            Some(value) => {
                out.push(SOME);
                value.write_key_descending(out);
            }
            None => out.push(NONE),
        }
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        match take_array::<1>(input)? {
            [SOME] => T::read_key(input).map(Some),
            [NONE] => Some(None),
            _ => None,
        }
    }
}

impl<T: OrderedKey> OrderedKey for Vec<T> {
    fn write_key(&self, out: &mut KeyBytes) {
        write_elements(self, out);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        read_elements(input, Self::push)
    }
}

impl<T: OrderedKey + Ord> OrderedKey for BTreeSet<T> {
    fn write_key(&self, out: &mut KeyBytes) {
        write_elements(self, out);
    }

    fn read_key(input: &mut &[u8]) -> Option<Self> {
        read_elements(input, |set: &mut Self, element| {
            set.insert(element);
        })
    }
}

fn write_elements<'a, T: OrderedKey + 'a>(elements: impl IntoIterator<Item = &'a T>, out: &mut KeyBytes) {
    for element in elements {
        out.push(SOME);
        element.write_key(out);
    }
    out.push(END);
}

fn read_elements<T: OrderedKey, C: Default>(input: &mut &[u8], add: impl Fn(&mut C, T)) -> Option<C> {
    let mut collection = C::default();
    loop {
        match take_array::<1>(input)? {
            [SOME] => add(&mut collection, T::read_key(input)?),
            [END] => return Some(collection),
            _ => return None,
        }
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: OrderedKey),+> OrderedKey for ($($name,)+) {
            fn write_key(&self, out: &mut KeyBytes) {
                #[allow(non_snake_case)]
                let ($($name,)+) = self;
                $($name.write_key(out);)+
            }

            fn write_key_descending(&self, out: &mut KeyBytes) {
                #[allow(non_snake_case)]
                let ($($name,)+) = self;
                $($name.write_key_descending(out);)+
            }

            fn read_key(input: &mut &[u8]) -> Option<Self> {
                Some(($($name::read_key(input)?,)+))
            }
        }
    )+};
}

tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) }
