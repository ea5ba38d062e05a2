//! Small schemas by hand, generated.
