//! Who may call and read: `RS034x`, `RS064x`.

use super::codes;

codes! {}
