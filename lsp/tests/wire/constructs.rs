//! Hover and definition inside identity, rights, reactions, scenarios and folds.

use crate::client::Client;

const TEXT: &str = r#"model User {
    id: uuid @key
    email: string @unique
    password: secret @private
    is_admin: bool = false
    readable by user where is_admin or caller.is_admin
}

auth User {
    identity = email
    password = password
    session  = bearer for 30d
}

model Article {
    id: uuid @key
    author: User @index
    title: string
    draft: bool = true readable by user where author == caller
}

event UserCame creates User { email, password }
event ArticleWritten creates Article { author, title }
event ArticleShown updates Article { draft }

view SignupsPerDay {
    day: date @key
    signups: int = 0
    latest: string?
    on UserCame for event.at.date() {
        signups += 1
        latest = event.email
    }
}

view Titles readable by user where title != caller.email {
    from a in Article
    article: a @key
    title: a.title
}

endpoint publish(article: Article, note: string) -> Article at PUT /articles/{article}/shown
    for user where article.author == caller else missing
    rate 5 per 1min by note
{
    require caller.is_admin else forbidden "{note}"
    emit ArticleShown { article, draft: false }
    return article
}

resource Article at /articles {
    update { title } for user where article.author == caller
    create { title } with { author: caller } for user
}

hook notify on ArticleWritten, ArticleShown

every 10min job show_all {
    for waiting in (from a in Article where a.draft limit 10) {
        emit ArticleShown { article: waiting, draft: false }
    }
}

test "an author publishes" {
    given UserCame { email: "ann@example.org", password: "secret" } as ann
    given ArticleWritten { author: ann, title: "A" } as written
    when publish(written, note: "now") by ann
    then emitted ArticleShown { article: written, draft: false }
    then written.title == "A"
    when publish(written, note: "again") by ann
    then fails invalid(note) "no"
}
"#;

/// The line and column of a needle behind the only place of some text.
fn place(around: &str, needle: &str) -> (u32, u32) {
    assert_eq!(TEXT.matches(around).count(), 1, "`{around}` has to stand there once");
    let start = TEXT.find(around).unwrap() + around.find(needle).unwrap();
    let before = &TEXT[..start];
    let column = start - before.rfind('\n').map_or(0, |line| line + 1);
    (before.matches('\n').count() as u32, column as u32)
}

#[test]
fn names_lead_to_their_declarations() {
    // Where the cursor is, and the declaration: the text around it and the name in it.
    let table = [
        (("auth User", "User"), ("model User", "User")),
        (("identity = email", "email"), ("email: string", "email")),
        (("password = password\n", "password\n"), ("password: secret", "password")),
        (("where is_admin or", "is_admin"), ("is_admin: bool", "is_admin")),
        (("or caller.is_admin", "caller"), ("auth User", "User")),
        (("or caller.is_admin", "is_admin"), ("is_admin: bool", "is_admin")),
        (("where author == caller", "author"), ("author: User", "author")),
        (("where title != caller", "title"), ("title: a.title", "title")),
        (("!= caller.email", "email"), ("email: string", "email")),
        (("on UserCame", "UserCame"), ("event UserCame", "UserCame")),
        (("signups += 1", "signups"), ("signups: int", "signups")),
        (("latest = event.email", "latest"), ("latest: string?", "latest")),
        (("latest = event.email", "email"), ("creates User { email", "email")),
        (("where article.author == caller else", "article"), ("publish(article", "article")),
        (("where article.author == caller else", "author"), ("author: User", "author")),
        (("where article.author == caller else", "caller"), ("auth User", "User")),
        (("per 1min by note", "note"), ("note: string)", "note")),
        (("require caller.is_admin", "caller"), ("auth User", "User")),
        (("require caller.is_admin", "is_admin"), ("is_admin: bool", "is_admin")),
        (("{ title } for user where article", "article"), ("resource Article", "Article")),
        (("where article.author == caller\n    create", "author"), ("author: User", "author")),
        (("with { author: caller", "caller"), ("auth User", "User")),
        (("on ArticleWritten, ArticleShown", "ArticleWritten"), ("event ArticleWritten", "ArticleWritten")),
        (("on ArticleWritten, ArticleShown", "ArticleShown"), ("event ArticleShown", "ArticleShown")),
        (("where a.draft limit", "draft"), ("draft: bool", "draft")),
        (("article: waiting", "waiting"), ("for waiting", "waiting")),
        (("given UserCame { email:", "UserCame"), ("event UserCame", "UserCame")),
        (("given UserCame { email:", "email"), ("creates User { email", "email")),
        (("{ author: ann", "ann"), ("} as ann", "ann")),
        (("when publish(written, note: \"now\") by ann", "publish"), ("endpoint publish", "publish")),
        (("when publish(written, note: \"now\") by ann", "written"), ("} as written", "written")),
        (("when publish(written, note: \"now\") by ann", "note"), ("note: string)", "note")),
        (("when publish(written, note: \"now\") by ann", "ann"), ("} as ann", "ann")),
        (("emitted ArticleShown { article: written", "article"), ("updates Article { draft", "Article {")),
        (("then written.title", "title"), ("title: string", "title")),
        (("invalid(note)", "note"), ("note: string)", "note")),
    ];
    let mut client = Client::new(&[]);
    client.open("app.rstone", TEXT);
    let asked: Vec<i32> = table
        .iter()
        .map(|((around, needle), _)| {
            let (line, column) = place(around, needle);
            client.definition("app.rstone", line, column)
        })
        .collect();
    let said = client.finish();
    for (id, (cursor, (around, needle))) in asked.into_iter().zip(table) {
        let answer = said.answer(id).unwrap();
        let start = &answer[0]["targetSelectionRange"]["start"];
        let found = (start["line"].as_u64(), start["character"].as_u64());
        let (line, column) = place(around, needle);
        assert_eq!(found, (Some(line.into()), Some(column.into())), "{cursor:?}");
    }
}

#[test]
fn hovers_say_what_names_are() {
    let table = [
        ("identity = email", "identity", "The unique text field by which those who sign in are known."),
        ("bearer for 30d", "bearer", "The session travels in the header"),
        ("readable by user where is_admin", "user", "Who has signed in"),
        ("or caller.is_admin", "caller", "caller: User\n```\n\nWho calls or reads, as it has signed in."),
        ("signups += 1", "signups", "signups: int = 0\n```\n\nField of the view `SignupsPerDay`."),
        ("latest = event.email", "latest", "latest: string?"),
        ("for event.at.date()", "at", "When the event was emitted."),
        ("hook notify", "notify", "hook notify on ArticleWritten, ArticleShown"),
        ("job show_all", "show_all", "every 10min job show_all"),
        ("for waiting", "waiting", "waiting: Article\n```\n\nElement of the loop."),
        ("} as ann", "ann", "ann: User\n```\n\nRow that the given event has made."),
        ("then written.title", "written", "written: Article"),
        ("with { author: caller", "author", "author: User"),
        ("{ title } for user where article", "article", "article: Article\n```\n\nRow of the request."),
    ];
    let mut client = Client::new(&[]);
    client.open("app.rstone", TEXT);
    let asked: Vec<i32> = table
        .iter()
        .map(|(around, needle, _)| {
            let (line, column) = place(around, needle);
            client.hover("app.rstone", line, column)
        })
        .collect();
    let said = client.finish();
    for (id, (around, needle, expected)) in asked.into_iter().zip(table) {
        let hovered = said.hovered(id);
        assert!(hovered.contains(expected), "{needle} in {around}: {hovered}");
    }
}
