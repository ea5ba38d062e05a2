//! The wire forms of options, collections and tuples.

use std::collections::{BTreeMap, BTreeSet};

use super::{Wire, WireError, read_length, take_array, write_u64};

/// A list that claims many elements gets room for this many bytes of them at first; more comes as they are read.
const FIRST_ALLOCATION_BYTES_MAX: usize = 64 * 1024;

impl<T: Wire> Wire for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(1);
                value.write(out);
            }
        }
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        match take_array::<1>(input)? {
            [0] => Ok(None),
            [1] => T::read(input).map(Some),
            _ => Err(WireError::BadTag),
        }
    }
}

impl<T: Wire> Wire for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        T::write(self, out);
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        T::read(input).map(Self::new)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        write_u64(self.len() as u64, out);
        for element in self {
            element.write(out);
        }
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let length = read_length(input)?;
        let room = FIRST_ALLOCATION_BYTES_MAX / size_of::<T>().max(1);
        let mut elements = Self::with_capacity(length.min(room));
        for _ in 0..length {
            elements.push(T::read(input)?);
        }
        Ok(elements)
    }
}

impl<T: Wire + Ord> Wire for BTreeSet<T> {
    fn write(&self, out: &mut Vec<u8>) {
        write_u64(self.len() as u64, out);
        for element in self {
            element.write(out);
        }
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let length = read_length(input)?;
        (0..length).map(|_| T::read(input)).collect()
    }
}

impl<K: Wire + Ord, V: Wire> Wire for BTreeMap<K, V> {
    fn write(&self, out: &mut Vec<u8>) {
        write_u64(self.len() as u64, out);
        for (key, value) in self {
            key.write(out);
            value.write(out);
        }
    }

    fn read(input: &mut &[u8]) -> Result<Self, WireError> {
        let length = read_length(input)?;
        (0..length).map(|_| Ok((K::read(input)?, V::read(input)?))).collect()
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: Wire),+> Wire for ($($name,)+) {
            fn write(&self, out: &mut Vec<u8>) {
                #[allow(non_snake_case)]
                let ($($name,)+) = self;
                $($name.write(out);)+
            }

            fn read(input: &mut &[u8]) -> Result<Self, WireError> {
                Ok(($($name::read(input)?,)+))
            }
        }
    )+};
}

tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) }
