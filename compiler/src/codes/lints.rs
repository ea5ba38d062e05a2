//! What is doubtful: names that hide others, what is not used, constants.

use super::codes;

codes! {}
