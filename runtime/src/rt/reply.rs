//! Values as replies.

use super::{Arc, Bytes, JsonWriter, Reply, ToJson};

impl<T: ToJson + ?Sized> ToJson for Arc<T> {
    fn write_json(&self, out: &mut JsonWriter) {
        T::write_json(self, out);
    }
}

/// A value as JSON.
pub fn json_reply<T: ToJson>(status: u16, value: &T) -> Reply {
    write_reply(status, value, JsonWriter::new())
}

/// A value as JSON, with integers beyond ±2^53 as strings.
pub fn json_reply_with_text_integers<T: ToJson>(status: u16, value: &T) -> Reply {
    write_reply(status, value, JsonWriter::new().with_big_ints_as_text())
}

/// A reply without a body.
pub fn empty_reply(status: u16) -> Reply {
    Reply::raw(status, "", Bytes::new())
}

fn write_reply<T: ToJson>(status: u16, value: &T, mut out: JsonWriter) -> Reply {
    value.write_json(&mut out);
    Reply::json(status, out.into_bytes())
}
