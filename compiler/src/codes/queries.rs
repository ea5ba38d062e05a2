//! `RS05xx`: queries and indexes.

use super::codes;

codes! {}
