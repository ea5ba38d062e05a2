//! `rstone check` of generated schemas: it has to stay linear and quick.

use crate::Setup;
use crate::items::{median, target};
use crate::report::Report;
use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

/// Checks 10, 100 and 500 models.
pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<(), String> {
    for models in [10, 100, 500] {
        let folder = setup.scratch.join(format!("check-{models}"));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let file = folder.join("generated.rstone");
        std::fs::write(&file, schema(models)).map_err(|error| error.to_string())?;
        let mut seconds = Vec::new();
        for _ in 0..=setup.rounds {
            let began = Instant::now();
            let output = Command::new(setup.binaries.join("rstone")).arg("check").arg(&file).output();
            let output = output.map_err(|error| format!("rstone did not start: {error}"))?;
            seconds.push(began.elapsed().as_secs_f64());
            if !output.status.success() {
                return Err(format!("the generated schema has errors:\n{}", String::from_utf8_lossy(&output.stderr)));
            }
        }
        let seconds = median(seconds);
        report.figure(
            &format!("`rstone check` of {models} models"),
            seconds,
            format!("{:.0} ms", seconds * 1000.0),
            target(&format!("check {models} models")),
        );
    }
    Ok(())
}

/// A schema of so many models, each with what a real one has: references, rules, events, a view, routes.
fn schema(models: usize) -> String {
    let mut text = String::from("app generated {\n    title = \"Generated\"\n}\n");
    for n in 0..models {
        let parent = n / 2;
        let _ = write!(
            text,
            r#"
/// Model number {n}.
model Thing{n} {{
    id:         int @key @auto
    name:       string @len(1..200)
    slug:       string @unique @max_len(80)
    amount:     decimal = 0
    parent:     Thing{parent}? @on_delete(clear)
    is_open:    bool = true
    created_at: timestamp = now
    index (is_open, created_at)
}}

event Thing{n}Added creates Thing{n} {{ name, slug, amount, parent }}
event Thing{n}Changed updates Thing{n} {{ name?, amount?, is_open? }}
event Thing{n}Removed deletes Thing{n}

endpoint add_thing{n}(..Thing{n}Added) -> 201 Thing{n} at POST /things{n} for anyone = emit Thing{n}Added {{ .. }}

endpoint get_thing{n}(thing: Thing{n} by slug) -> Thing{n} at GET /things{n}/{{thing}} for anyone = thing

endpoint list_things{n}(open: bool = true, limit: int @min(1) @max(100) = 20) -> [Thing{n}] at GET /things{n} for anyone =
    from t in Thing{n}
    where t.is_open == open
    order by t.created_at desc
    limit limit

endpoint remove_thing{n}(thing: Thing{n}) at DELETE /things{n}/by_id/{{thing}} for anyone {{
    require not thing.is_open else conflict "close it first"
    emit Thing{n}Removed {{ thing{n}: thing }}
}}
"#
        );
    }
    text
}
