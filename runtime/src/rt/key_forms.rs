//! The forms of generated key types: all of them follow from those of the parts.

/// The forms of a key with one part, a tuple struct: it looks like the part in every form.
#[macro_export]
#[doc(hidden)]
macro_rules! key_forms {
    ($name:ident) => {
        impl $crate::rt::Wire for $name {
            fn write(&self, out: &mut Vec<u8>) {
                $crate::rt::Wire::write(&self.0, out);
            }

            fn read(input: &mut &[u8]) -> Result<Self, $crate::rt::WireError> {
                Ok(Self($crate::rt::Wire::read(input)?))
            }
        }

        impl $crate::rt::OrderedKey for $name {
            fn write_key(&self, out: &mut $crate::rt::KeyBytes) {
                $crate::rt::OrderedKey::write_key(&self.0, out);
            }

            fn read_key(input: &mut &[u8]) -> Option<Self> {
                Some(Self($crate::rt::OrderedKey::read_key(input)?))
            }
        }

        impl $crate::rt::ToJson for $name {
            fn write_json(&self, out: &mut $crate::rt::JsonWriter) {
                $crate::rt::ToJson::write_json(&self.0, out);
            }
        }

        impl $crate::rt::FromJson for $name {
            fn from_json(node: &$crate::rt::Node<'_>, at: &mut $crate::rt::At<'_>) -> Option<Self> {
                Some(Self($crate::rt::FromJson::from_json(node, at)?))
            }
        }

        impl $crate::rt::FromText for $name {
            fn from_text(text: &str) -> Result<Self, $crate::rt::Complaint> {
                Ok(Self($crate::rt::FromText::from_text(text)?))
            }
        }

        impl $crate::rt::ToText for $name {
            fn push_text(&self, out: &mut String) {
                $crate::rt::ToText::push_text(&self.0, out);
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&$crate::rt::ToText::to_text(self))
            }
        }
    };
}

/// The forms of a key with several parts: an object in JSON, `a,b` in text.
#[macro_export]
#[doc(hidden)]
macro_rules! composite_key_forms {
    ($name:ident { $($part:ident),+ $(,)? }) => {
        impl $crate::rt::Wire for $name {
            fn write(&self, out: &mut Vec<u8>) {
                $($crate::rt::Wire::write(&self.$part, out);)+
            }

            fn read(input: &mut &[u8]) -> Result<Self, $crate::rt::WireError> {
                Ok(Self { $($part: $crate::rt::Wire::read(input)?),+ })
            }
        }

        impl $crate::rt::OrderedKey for $name {
            fn write_key(&self, out: &mut $crate::rt::KeyBytes) {
                $($crate::rt::OrderedKey::write_key(&self.$part, out);)+
            }

            fn read_key(input: &mut &[u8]) -> Option<Self> {
                Some(Self { $($part: $crate::rt::OrderedKey::read_key(input)?),+ })
            }
        }

        impl $crate::rt::ToJson for $name {
            fn write_json(&self, out: &mut $crate::rt::JsonWriter) {
                out.begin_object();
                $(out.member($crate::rt::plain_name(stringify!($part)), &self.$part);)+
                out.end_object();
            }
        }

        impl $crate::rt::FromJson for $name {
            fn from_json(node: &$crate::rt::Node<'_>, at: &mut $crate::rt::At<'_>) -> Option<Self> {
                let mut object = $crate::rt::ObjectReader::new(node, at)?;
                $(let $part = object.required($crate::rt::plain_name(stringify!($part)));)+
                object.finish($crate::rt::UnknownFields::Reject)?;
                Some(Self { $($part: $part?),+ })
            }
        }

        impl $crate::rt::FromText for $name {
            fn from_text(text: &str) -> Result<Self, $crate::rt::Complaint> {
                let [$($part),+] = $crate::rt::split_key_text(text)?;
                Ok(Self { $($part: $crate::rt::FromText::from_text(&$part)?),+ })
            }
        }

        impl $crate::rt::ToText for $name {
            fn push_text(&self, out: &mut String) {
                $crate::rt::join_key_text(&[$($crate::rt::ToText::to_text(&self.$part)),+], out);
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&$crate::rt::ToText::to_text(self))
            }
        }
    };
}

/// A field's name as the schema writes it: without Rust's `r#`.
pub fn plain_name(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}
