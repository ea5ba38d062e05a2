//! Every code has two examples that do what they say, and fixes that mend.

use crate::codes::CODES;
use crate::problem::Problem;
use crate::{CodeInfo, parse};

/// Those whose example would be too large for the list; `limits.rs` tests them.
const WITHOUT_EXAMPLE: [&str; 2] = ["RS0008", "RS0009"];

fn codes_in(text: &str) -> Vec<&'static str> {
    parse(text).problems.iter().map(|problem| problem.code.code).collect()
}

fn examples() -> impl Iterator<Item = &'static &'static CodeInfo> {
    CODES.iter().filter(|info| !WITHOUT_EXAMPLE.contains(&info.code))
}

#[test]
fn codes_are_in_order_and_titles_have_no_full_stop() {
    for pair in CODES.windows(2) {
        assert!(pair[0].code < pair[1].code, "{}", pair[1].code);
    }
    for info in CODES {
        assert!(!info.title.ends_with('.') && !info.title.is_empty(), "{}", info.code);
        assert!(info.explanation.ends_with('.'), "{}", info.code);
        assert!(info.code.starts_with("RS00") && info.code.len() == 6);
    }
}

#[test]
fn each_bad_example_breaks_its_rule_and_no_other() {
    for info in examples() {
        assert_eq!(codes_in(info.bad), [info.code], "{}", info.bad);
    }
}

#[test]
fn each_good_example_is_good() {
    for info in CODES {
        assert_eq!(codes_in(info.good), [""; 0], "{}\n{}", info.code, info.good);
    }
}

#[test]
fn fixes_mend() {
    for info in examples() {
        let problems = parse(info.bad).problems;
        for problem in problems.iter().filter(|problem| problem.fix.is_some()) {
            let mended = applied(info.bad, problem);
            assert!(codes_in(&mended).is_empty(), "{}:\n{mended}", info.code);
        }
    }
}

#[test]
fn words_follow_the_style() {
    for info in examples() {
        for problem in parse(info.bad).problems {
            assert!(!problem.message.ends_with('.'), "{}", problem.message);
            assert!(!problem.label.ends_with('.'), "{}", problem.label);
            assert!(problem.help.is_none_or(|help| !help.ends_with('.')), "{}", info.code);
            assert!(problem.span.end as usize <= info.bad.len());
        }
    }
}

fn applied(text: &str, problem: &Problem) -> String {
    let mut text = text.to_owned();
    for edit in problem.fix.iter().flat_map(|fix| &fix.edits).rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}
