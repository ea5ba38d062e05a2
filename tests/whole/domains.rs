//! Two of the schemas of real domains, compiled and at work in memory. That all of them check, plan and generate
//! is a test of the compiler.

raftstone::include_schema!("issue_tracker");
raftstone::include_schema!("ledger");

use raftstone::refusal::{Refusal, RefusalKind};
use raftstone::value::{Date, Decimal};

/// A day of January 2026.
fn day(day: u8) -> Date {
    format!("2026-01-{day:02}").parse().expect("a day")
}

#[test]
fn an_entry_counts_when_it_balances() -> Result<(), Refusal> {
    use ledger::calls::{TrialBalance, WriteEntry};
    use ledger::{
        AccountKind, AccountOpenedInput, BookOpenedInput, CurrencyAddedInput, NewPosting, PeriodOpenedInput, Source,
    };

    let app = ledger::testing::app();
    let currency = app.emit(CurrencyAddedInput { code: "EUR".to_owned(), name: "Euro".to_owned(), digits: None })?;
    let book = app.emit(BookOpenedInput { name: "Bakery".to_owned(), currency })?;
    app.emit(PeriodOpenedInput { book, name: "January".to_owned(), starts: day(1), ends: day(31) })?;
    for (number, kind) in [("100", AccountKind::Asset), ("400", AccountKind::Income)] {
        let (number, name) = (number.to_owned(), format!("Account {number}"));
        app.emit(AccountOpenedInput { book, number, name, kind, parent: None, tax: None, is_group: None })?;
    }
    let write = |cents: i64| {
        let posting = |account: &str, amount| NewPosting {
            account: account.to_owned(),
            amount: Decimal::new(amount, 2),
            party: None,
            project: None,
            text: String::new(),
        };
        let postings = vec![posting("100", 12_50), posting("400", cents)];
        let (day, text) = (day(5), "bread".to_owned());
        app.call(WriteEntry { book, day, text, source: Source::Manual, is_draft: false, postings })
    };

    assert_eq!(write(-12_00).err().map(|refusal| refusal.kind()), Some(RefusalKind::Conflict));
    assert_eq!(write(-12_50)?.number, Some(1), "what was refused took no number");
    let balance = app.call(TrialBalance { book })?;
    assert_eq!((balance.debit, balance.credit), (Decimal::new(12_50, 2), Decimal::new(12_50, 2)));
    Ok(())
}

#[test]
fn an_issue_moves_along_its_workflow() -> Result<(), Refusal> {
    use issue_tracker::calls::{CreateProject, CreateWorkflow, GetIssue, MoveIssue, ReportIssue};
    use issue_tracker::{Category, IssueId, IssueKind, NewStatus, Priority, Status, StatusId, Visibility, WorkflowId};
    use issue_tracker::{TransitionAllowedInput, UserInvitedInput};

    let app = issue_tracker::testing::app();
    let (handle, email) = ("ann".to_owned(), "ann@example.org".to_owned());
    let ann = app.emit(UserInvitedInput { handle, email, name: "Ann".to_owned(), time_zone: None })?;
    let statuses = [("open", Category::ToDo), ("done", Category::Done)];
    let statuses = statuses.map(|(name, category)| NewStatus { name: name.to_owned(), category }).to_vec();
    let workflow = WorkflowId(app.call(CreateWorkflow { name: "simple".to_owned(), statuses })?.id);
    let (code, name, description) = ("WEB".to_owned(), "Website".to_owned(), String::new());
    let visibility = Visibility::Public;
    app.call(CreateProject { code, name, description, lead: ann, visibility, workflow })?;
    let project = || "WEB".to_owned();
    let issue = app.call(ReportIssue {
        project: project(),
        kind: IssueKind::Bug,
        title: "The page is blank".to_owned(),
        description: String::new(),
        priority: Priority::High,
        reporter: ann,
        assignee: None,
        parent: None,
        component: None,
        labels: [].into(),
        due: None,
        points: None,
    })?;
    assert_eq!((issue.code.as_str(), issue.watchers), ("WEB-1", 1));

    let ids: Vec<StatusId> = app.read(|db| db.all::<Status>().map(|status| StatusId(status.id)).collect());
    let done = || MoveIssue { issue: IssueId(issue.id), status: ids[1], resolution: None, actor: ann };
    assert_eq!(
        app.call(done()).err().map(|refusal| refusal.kind()),
        Some(RefusalKind::Conflict),
        "there is no way yet"
    );
    app.emit(TransitionAllowedInput { from_status: ids[0], to_status: ids[1], name: "finish".to_owned() })?;
    assert_eq!(app.call(done()).err().map(|refusal| refusal.kind()), Some(RefusalKind::Invalid), "a reason is missing");
    let resolution = Some(issue_tracker::Resolution::Fixed);
    app.call(MoveIssue { resolution, ..done() })?;
    let page = app.call(GetIssue { project: project(), number: 1 })?;
    assert_eq!(page.map(|page| page.status.name), Some("done".to_owned()));
    Ok(())
}
