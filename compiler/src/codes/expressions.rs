//! `RS02xx`: expressions and types of values.

use super::codes;

codes! {}
