//! Diagnostics.

use super::check_diagnostics;

#[test]
fn a_clean_schema_has_none() {
    check_diagnostics("struct A { a: int }\n", "");
}

#[test]
fn the_other_place_is_named_also_in_another_file() {
    check_diagnostics(
        "//- /app.rstone\nimport \"b.rstone\"\nstruct A { a: int }\n//- /b.rstone\nenum A { X, Y }\n",
        "Error RS0101 b.rstone:1:6 A: the name `A` is declared twice | declared again here | help: all files of a schema share one namespace: rename one of them\n  \
         app.rstone:2:8 A: first declared here, as a `struct`",
    );
}

#[test]
fn an_import_that_is_not_there() {
    check_diagnostics(
        "import \"no.rstone\"\nstruct A { a: int }\n",
        "Error RS0102 app.rstone:1:8 \"no.rstone\": `no.rstone` cannot be read | there is no such file | help: the path is relative to the file that imports",
    );
}
